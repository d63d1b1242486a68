package watch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// write puts files below dir, as an editor that replaces a file does.
func write(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".new", []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
}

// waitFor calls Wait until the path is among what changed, and returns all that was.
func waitFor(t *testing.T, w *Watcher, path string) (all []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !slices.Contains(all, path) {
		changed, err := w.Wait(ctx)
		if err != nil {
			t.Fatalf("wait for %s: %v", path, err)
		}
		all = append(all, changed...)
	}
	return all
}

func TestWatcher(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "pyproject.toml", "src/module.py", ".git/HEAD", "bazel-bin/out", "deep/bazel-like/file")
	w, err := New([]string{dir}, Skip(dir, []string{".git"}))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()

	write(t, dir, "src/module.py")
	waitFor(t, w, filepath.Join(dir, "src/module.py"))

	// A directory that is new is watched as well, with one in it; at the top alone is bazel-* not a source.
	write(t, dir, "new/inner/first.py")
	waitFor(t, w, filepath.Join(dir, "new"))
	write(t, dir, "new/inner/second.py", "deep/bazel-like/file")
	waitFor(t, w, filepath.Join(dir, "deep/bazel-like/file"))
	if err := os.RemoveAll(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	waitFor(t, w, filepath.Join(dir, "new"))

	// What is no source gives no change: of what happened before the last file nothing but that file is seen.
	write(t, dir, ".git/HEAD", "bazel-bin/out", "bazel-out")
	if err := os.Chtimes(filepath.Join(dir, "pyproject.toml"), time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "src/last.py")
	for _, changed := range waitFor(t, w, filepath.Join(dir, "src/last.py")) {
		if !strings.HasPrefix(changed, filepath.Join(dir, "src/last.py")) {
			t.Errorf("%s is said to have changed", changed)
		}
	}
}

func TestWaitEnds(t *testing.T) {
	w, err := New([]string{t.TempDir()}, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Wait(ctx); err != context.Canceled {
		t.Errorf("Wait returned %v", err)
	}
}
