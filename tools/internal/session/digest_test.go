package session

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// TestContentsDigest proves CACHE-4 for files that are told by their state: one that changes, and keeps its size and time, has another digest;
// one that is new is read each time.
func TestContentsDigest(t *testing.T) {
	dir := t.TempDir()
	file, then := filepath.Join(dir, "compiler"), time.Unix(1_000_000_000, 0)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, then, then); err != nil {
			t.Fatal(err)
		}
	}
	files := []SourceFile{{"compiler", file}}
	state := func(after time.Duration) string {
		t.Helper()
		found, err := filesState(files, time.Now().Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	write("one")
	if state(0) != "" {
		t.Error("a file that is new is told by its state")
	}
	first := state(time.Minute)
	for first == state(time.Minute) { // within one tick of the clock, which is why files have to be settled
		write("two")
	}
	store, err := cache.OpenStore(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	digest := func(store *cache.Store) string {
		t.Helper()
		found, err := contentsDigest(store, files)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	two := digest(store)
	write("six")
	if six := digest(store); six == two || six != digest(nil) {
		t.Error("the digest is of what the file was")
	}
	// What was found out is not found out again.
	for _, now := range []string{"found", "not asked for"} {
		found, err := store.Memo("state", func() (string, error) { return now, nil })
		if err != nil || found != "found" {
			t.Error(found, err)
		}
	}
}
