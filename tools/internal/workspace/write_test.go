package workspace

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWriteIsAllOrNothing proves that the file that can't take its place gives back the places of those before it, and that
// nothing is left beside them.
func TestWriteIsAllOrNothing(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("a/BUILD.bazel", "old", 0o640)
	write("b/.keep", "", 0o644)
	write("elsewhere/real", "old", 0o644)
	if err := os.Symlink("../elsewhere/real", filepath.Join(root, "b/link")); err != nil {
		t.Fatal(err)
	}
	files := []File{
		{Path: "a/BUILD.bazel", content: []byte("new")},
		{Path: "b/BUILD.bazel", IsNew: true, content: []byte("new")},
		{Path: "b/link", content: []byte("new")},
	}
	all := []string{"a/BUILD.bazel", "b/.keep", "b/link", "elsewhere/real"}

	// A directory that nobody put there when the plan was made.
	write("c/BUILD.bazel/x", "", 0o644)
	err := (&Plan{Root: root, Files: append(files, File{Path: "c/BUILD.bazel", IsNew: true, content: []byte("new")})}).Write()
	if err == nil || !strings.Contains(err.Error(), "write c/BUILD.bazel: ") {
		t.Fatalf("the error is %v", err)
	}
	expect(t, root, "old", append(all, "c/BUILD.bazel/x"))

	// A directory that is gone is noticed before anything changes.
	err = (&Plan{Root: root, Files: append(files, File{Path: "gone/BUILD.bazel", IsNew: true, content: []byte("new")})}).Write()
	if err == nil || !strings.Contains(err.Error(), "write gone/BUILD.bazel: ") || !strings.Contains(err.Error(), "nothing was changed") {
		t.Fatalf("the error is %v", err)
	}
	expect(t, root, "old", append(all, "c/BUILD.bazel/x"))

	if err := (&Plan{Root: root, Files: files}).Write(); err != nil {
		t.Fatal(err)
	}
	expect(t, root, "new", append(all, "b/BUILD.bazel", "c/BUILD.bazel/x"))
	if info, err := os.Lstat(filepath.Join(root, "b/link")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is no link any more: %v, %v", info, err)
	}
	if info, err := os.Stat(filepath.Join(root, "a/BUILD.bazel")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file's mode changed: %v, %v", info, err)
	}
}

// expect compares what there is with the names, and what two files of the test say with a text.
func expect(t *testing.T, root, content string, names []string) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(root, path)
			found = append(found, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		if !slices.Contains(names, name) {
			t.Errorf("%s is left", name)
		}
	}
	if len(found) != len(names) {
		t.Errorf("there are %q, want %q", found, names)
	}
	for _, name := range []string{"a/BUILD.bazel", "b/link"} {
		if data, err := os.ReadFile(filepath.Join(root, name)); err != nil || string(data) != content {
			t.Errorf("%s is %q, %v; want %q", name, data, err, content)
		}
	}
}
