package patch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var epoch = time.Unix(315532800, 0)

// tree makes a source tree, with a link that stays inside and one that does not.
func sourceTree(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo-1.0")
	for name, text := range map[string]string{
		"setup.py": "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n", "src/demo.c": "int x;\n", "alone/only.txt": "text\n", "last.txt": "no newline",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(filepath.Dir(dir), "outside")
	if err := os.Mkdir(outside, 0o755); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"inner": "src", "outer": outside, "link.py": "setup.py"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func apply(t *testing.T, dir, text string, strip int) ([]string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fix.patch")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Apply(dir, file, Options{Title: "fix.patch", Strip: strip, Time: epoch})
}

// BE-6: patches of git and of diff, with and without prefixes.
func TestApply(t *testing.T) {
	const hunk = "@@ -2,2 +2,2 @@\n two\n-three\n+THREE\n"
	for _, c := range []struct {
		name, text string
		strip      int
		says       []string
		want       map[string]string // "-" is absent
	}{
		{"diff -u", "--- a/setup.py\n+++ b/setup.py\n" + hunk, 1, []string{"changed setup.py"}, map[string]string{"setup.py": "one\ntwo\nTHREE\nfour\nfive\nsix\nseven\neight\n"}},
		{"no prefix", "--- setup.py\t2020-01-01\n+++ setup.py\t2020-01-02\n" + hunk, 0, []string{"changed setup.py"}, nil},
		{"deep prefix", "--- x/y/src/demo.c\n+++ x/y/src/demo.c\n@@ -1 +1 @@\n-int x;\n+int y;\n", 2, []string{"changed src/demo.c"}, map[string]string{"src/demo.c": "int y;\n"}},
		{"git, with a message before and a signature behind", "From 1234\nSubject: x\n\ndiff --git a/setup.py b/setup.py\nindex 1..2 100644\n--- a/setup.py\n+++ b/setup.py\n" + hunk + "-- \n2.40\n", 1, []string{"changed setup.py"}, nil},
		{"added", "diff --git a/new/deep/x.py b/new/deep/x.py\nnew file mode 100755\n--- /dev/null\n+++ b/new/deep/x.py\n@@ -0,0 +1 @@\n+x\n", 1, []string{"added new/deep/x.py"}, map[string]string{"new/deep/x.py": "x\n"}},
		{"deleted, and its directory", "--- a/alone/only.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-text\n", 1, []string{"deleted alone/only.txt"}, map[string]string{"alone": "-"}},
		{"renamed", "diff --git a/src/demo.c b/src/other.c\nsimilarity index 100%\nrename from src/demo.c\nrename to src/other.c\n", 1, []string{"renamed src/demo.c to src/other.c"}, map[string]string{"src/demo.c": "-", "src/other.c": "int x;\n"}},
		{"no newline", "--- a/last.txt\n+++ b/last.txt\n@@ -1 +1 @@\n-no newline\n\\ No newline at end of file\n+one\n", 1, []string{"changed last.txt"}, map[string]string{"last.txt": "one\n"}},
		{"one file twice", "--- a/src/demo.c\n+++ b/src/demo.c\n@@ -1 +1 @@\n-int x;\n+int y;\n--- a/src/demo.c\n+++ b/src/demo.c\n@@ -1 +1 @@\n-int y;\n+int z;\n", 1, []string{"changed src/demo.c", "changed src/demo.c"}, map[string]string{"src/demo.c": "int z;\n"}},
		{"mode", "diff --git a/setup.py b/setup.py\nold mode 100644\nnew mode 100755\n", 1, []string{"changed setup.py"}, nil},
	} {
		dir := sourceTree(t)
		says, err := apply(t, dir, c.text, c.strip)
		if err != nil || !slices.Equal(says, c.says) {
			t.Errorf("%s: %q, %v", c.name, says, err)
			continue
		}
		for name, want := range c.want {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if _, statErr := os.Lstat(filepath.Join(dir, name)); want == "-" && statErr == nil || want != "-" && (err != nil || string(got) != want) {
				t.Errorf("%s: %s is %q, %v", c.name, name, got, err)
			}
		}
		if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if info, statErr := os.Lstat(path); statErr == nil && entry.Type().IsRegular() && c.want[strings.TrimPrefix(path, dir+"/")] != "" && !info.ModTime().Equal(epoch) {
				t.Errorf("%s: %s is of %s", c.name, path, info.ModTime())
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		if mode, err := os.Stat(filepath.Join(dir, "setup.py")); c.name == "mode" && (err != nil || mode.Mode().Perm() != 0o755) {
			t.Errorf("mode %v, %v", mode, err)
		}
	}
}

// BE-6: what does not fit, and what leads out of the tree, is an error that names the patch, the file and the cure; nothing
// outside changes.
func TestRefused(t *testing.T) {
	const hunk = "@@ -2,2 +2,2 @@\n two\n-three\n+THREE\n"
	for _, c := range []struct {
		name, text string
		strip      int
		want       string
	}{
		{"another version", "--- a/setup.py\n+++ b/setup.py\n@@ -1,2 +1,2 @@\n-two\n+TWO\n three\n", 1, `setup.py: hunk 1 of 1 does not fit: on line 1 the patch expects "two\n", and there is "one\n"`},
		{"second hunk", "--- a/setup.py\n+++ b/setup.py\n" + hunk + "@@ -7 +7 @@\n-nine\n+NINE\n", 1, `setup.py: hunk 2 of 2 does not fit: on line 7 the patch expects "nine\n", and there is "seven\n"`},
		{"behind the end", "--- a/setup.py\n+++ b/setup.py\n@@ -9 +9 @@\n-nine\n+NINE\n", 1, `setup.py: hunk 1 of 1 does not fit`},
		{"no context", "--- a/setup.py\n+++ b/setup.py\n@@ -1,0 +2 @@\n+x\n", 1, "setup.py: hunk 1 of 1 adds lines and shows none that are there"},
		{"missing file", "--- a/other.py\n+++ b/other.py\n" + hunk, 1, "other.py: there is no such file"},
		{"there already", "--- /dev/null\n+++ b/setup.py\n@@ -0,0 +1 @@\n+x\n", 1, "setup.py: the patch makes this file, and it is there already"},
		{"not all of it", "diff --git a/setup.py b/setup.py\ndeleted file mode 100644\n--- a/setup.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n", 1, "setup.py: hunk 1 of 1 does not fit"},
		{"deletes without looking", "diff --git a/setup.py b/setup.py\ndeleted file mode 100644\n", 1, "it is to be deleted, and holds more"},
		{"upwards", "--- a/../outside/x\n+++ b/../outside/x\n@@ -0,0 +1 @@\n+x\n", 1, "leads out of the source tree"},
		{"upwards, new", "--- /dev/null\n+++ b/../outside/x\n@@ -0,0 +1 @@\n+x\n", 1, "leads out of the source tree"},
		{"absolute", "--- /dev/null\n+++ /etc/passwd\n@@ -0,0 +1 @@\n+x\n", 0, "leads out of the source tree"},
		{"through a link", "--- /dev/null\n+++ b/outer/x\n@@ -0,0 +1 @@\n+x\n", 1, "outer/x: outer is not a directory of the source tree"},
		{"through a link inside", "--- a/inner/demo.c\n+++ b/inner/demo.c\n@@ -1 +1 @@\n-int x;\n+int y;\n", 1, "inner/demo.c: inner is not a directory"},
		{"a link", "--- a/link.py\n+++ b/link.py\n" + hunk, 1, "link.py: it is not a regular file"},
		{"makes a link", "diff --git a/evil b/evil\nnew file mode 120000\n--- /dev/null\n+++ b/evil\n@@ -0,0 +1 @@\n+/etc\n\\ No newline at end of file\n", 1, "evil: it is, or becomes, a symbolic link"},
		{"a submodule", "diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit 1\n", 1, "a submodule"},
		{"renames over", "diff --git a/src/demo.c b/setup.py\nsimilarity index 100%\nrename from src/demo.c\nrename to setup.py\n", 1, "setup.py: the patch makes this file, and it is there already"},
		{"wrong strip", "--- setup.py\n+++ setup.py\n" + hunk, 1, `the name "setup.py" has fewer directories than patch_strip = 1`},
		{"git without prefix", "diff --git a/setup.py b/setup.py\n--- a/setup.py\n+++ b/setup.py\n" + hunk, 0, "patch_strip = 0 says that there is none"},
		{"binary", "diff --git a/x.png b/x.png\nnew file mode 100644\nBinary files /dev/null and b/x.png differ\n", 1, "make the patch with git diff --binary"},
		{"empty", "", 1, "there is no change in it"},
		{"no patch", "<html>not found</html>\n", 1, "there is no change in it"},
		{"truncated", "--- a/setup.py\n+++ b/setup.py\n@@ -2,2 +2,2 @@\n two\n-three\n", 1, "it can't be read"},
		{"no file", "@@ -2,2 +2,2 @@\n two\n-three\n+THREE\n", 1, "patch fragment without file header"},
	} {
		dir := sourceTree(t)
		says, err := apply(t, dir, c.text, c.strip)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "patch fix.patch: ") || !strings.Contains(err.Error(), "Possible fixes:\n  - ") {
			t.Errorf("%s: %q, %v, want %q", c.name, says, err, c.want)
		}
		if left, _ := os.ReadDir(filepath.Join(filepath.Dir(dir), "outside")); len(left) > 0 {
			t.Errorf("%s: %s was written outside", c.name, left[0].Name())
		}
	}
}

// FuzzApply holds that whatever a patch is, nothing outside of the tree changes and nothing panics.
func FuzzApply(f *testing.F) {
	for _, seed := range []string{
		"--- a/setup.py\n+++ b/setup.py\n@@ -2,2 +2,2 @@\n two\n-three\n+THREE\n",
		"diff --git a/src/demo.c b/../x\nsimilarity index 100%\nrename from src/demo.c\nrename to ../x\n",
		"diff --git a/x b/x\nnew file mode 100644\nindex 0000000..1\nGIT binary patch\nliteral 3\nKcmZQzXJ7yT00jUA\n\nliteral 0\nHcmV?d00001\n\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := sourceTree(t)
		_, _ = apply(t, dir, string(text), 1)
		if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 2 {
			t.Errorf("beside the tree there is %v, %v", left, err)
		}
		if left, err := os.ReadDir(filepath.Join(filepath.Dir(dir), "outside")); err != nil || len(left) != 0 {
			t.Errorf("outside there is %v, %v", left, err)
		}
	})
}
