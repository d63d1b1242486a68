package session

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// TestChangedPaths proves CACHE-6: what differs in the source tree since the last session is told apart, and a link that leads elsewhere is a new path.
func TestChangedPaths(t *testing.T) {
	dir := t.TempDir()
	do := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) error { return os.WriteFile(file(name), []byte(text), 0o644) }
	do(os.Mkdir(file("in"), 0o755), write("same", "1"), write("edited", "1"), write("gone", "1"), write("in/script", "1"),
		os.Symlink("same", file("here")), os.Symlink("same", file("in/there")), os.Symlink("in", file("away")))
	scan := func() (*kept, error) {
		k := &kept{}
		var err error
		k.sources, k.links, err = scanSource(dir)
		return k, err
	}
	before, err := scan()
	do(err)
	do(write("edited", "2"), write("new", "1"), os.Remove(file("gone")), os.Chmod(file("in/script"), 0o755),
		os.Remove(file("in/there")), os.Symlink("edited", file("in/there")), os.Remove(file("away")), os.Symlink("in", file("late")))
	k, err := scan()
	do(err)
	if added, removed, changed := k.changedPaths(); added != nil || removed != nil || changed != nil {
		t.Error("without a session before:", added, removed, changed)
	}
	k.record = &cache.Record{Sources: before.sources, Links: before.links}
	added, removed, changed := k.changedPaths()
	if !slices.Equal(added, []string{"new", "in/there", "late"}) || !slices.Equal(removed, []string{"gone", "away", "in/there"}) || !slices.Equal(changed, []string{"edited", "in/script"}) {
		t.Errorf("new %q, gone %q, changed %q", added, removed, changed)
	}
}
