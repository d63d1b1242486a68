package cache

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
)

// TestTidyAndTake: one walk finds what two find, and what it has tidied is as it was described.
func TestTidyAndTake(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a/locked"), 0o755))
	for _, name := range []string{"a/unreadable", "a/locked/file", "z"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
	}
	must(t, os.Link(filepath.Join(dir, "a/unreadable"), filepath.Join(dir, "other name")))
	must(t, os.Symlink("/nowhere", filepath.Join(dir, "link")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "a/fifo"), 0o600))
	must(t, os.Chmod(filepath.Join(dir, "a/unreadable"), 0))
	must(t, os.Chmod(filepath.Join(dir, "a/locked"), 0))
	found, removed, err := tidyAndTake(dir, DefaultLimits)
	if err != nil || !slices.Equal(removed, []string{"a/fifo"}) || found.Files != 7 || found.Changes == "" {
		t.Errorf("%+v, %q, %v", found, removed, err)
	}
	if left, err := Tidy(dir); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
	again, err := Take(dir, DefaultLimits)
	again.Newest = found.Newest // that of a directory whose pipe went when it had been visited; a record's mark is later
	if err != nil || again != found {
		t.Errorf("%+v, and then %+v, %v", found, again, err)
	}
	top := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(top, nil, 0o644))
	if found, removed, err = tidyAndTake(top, DefaultLimits); err != nil || found.Files != 0 || !slices.Equal(removed, []string{"file"}) {
		t.Errorf("%+v, %q, %v", found, removed, err)
	}
}

// TestLimits: the message names the limit that is met (CACHE-9); of more files than that nobody counts how many more there are.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		bytes int64
		files int
		want  string
	}{
		{DefaultLimits.Bytes, DefaultLimits.Files, "<nil>"},
		{0, 1_000_000, "larger than its limit of 500000 files"},
		{11 << 30, 1, "larger than its limit of 10.0 GiB"},
	} {
		got := "<nil>"
		if err := DefaultLimits.check(c.bytes, c.files); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%d bytes, %d files: %s", c.bytes, c.files, got)
		}
	}
}

// BenchmarkInventory measures the end of a session with 5,000 files.
func BenchmarkInventory(b *testing.B) {
	dir := b.TempDir()
	for n := range 5000 {
		below := filepath.Join(dir, strconv.Itoa(n%100))
		err := os.MkdirAll(below, 0o755)
		if err == nil {
			err = os.WriteFile(filepath.Join(below, strconv.Itoa(n)), []byte("x"), 0o644)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, _, err := tidyAndTake(dir, DefaultLimits); err != nil {
			b.Fatal(err)
		}
	}
}
