package wheel

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree lists the files below a directory.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestInstall(t *testing.T) {
	path := recipe{files: []entry{
		{name: "space/demo/a.py", data: "x = 1\n"},
		{name: "demo-1.0.data/purelib/space/demo/b.py", data: "y = 2\n"},
		{name: "demo-1.0.data/platlib/native.so", data: "not one"},
		{name: "demo-1.0.data/scripts/run", data: "#!python\nprint()\n"},
		{name: "demo-1.0.data/scripts/run-e", data: "#!python -E\n"},
		{name: "demo-1.0.data/scripts/tool", data: "\x7fELF"},
		{name: "demo-1.0.data/headers/demo.h", data: "int x;\n"},
		{name: "demo-1.0.data/data/share/x", data: "data", mode: 0o100755},
		{name: "demo-1.0.dist-info/entry_points.txt", data: "[console_scripts]\nd = space.demo:main\n"},
	}}.make(t)
	dir := filepath.Join(t.TempDir(), "tree")
	wantError(t, Install(t.Context(), path, dir))
	want := []string{
		"demo-1.0.data/data/share/x", "demo-1.0.data/headers/demo.h", "demo-1.0.data/scripts/run", "demo-1.0.data/scripts/run-e", "demo-1.0.data/scripts/tool",
		"demo-1.0.dist-info/INSTALLER", "demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/RECORD", "demo-1.0.dist-info/WHEEL", "demo-1.0.dist-info/entry_points.txt",
		"native.so", "space/demo/a.py", "space/demo/b.py",
	}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("files: %q", got)
	}
	for name, want := range map[string]string{"run": "#!/usr/bin/env python3\nprint()\n", "run-e": "#!/usr/bin/env -S python3 -E\n", "tool": "\x7fELF"} {
		file := filepath.Join(dir, "demo-1.0.data/scripts", name)
		data, err := os.ReadFile(file)
		if err != nil || string(data) != want {
			t.Errorf("%s: %q %v", name, data, err)
		}
		if stat, err := os.Stat(file); err != nil || stat.Mode().Perm() != 0o755 {
			t.Errorf("%s: %v %v", name, stat.Mode(), err)
		}
	}
	checkInstalledRecord(t, dir, want)
}

// checkInstalledRecord: RECORD lists each file of the tree, with its true hash.
func checkInstalledRecord(t *testing.T, dir string, want []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "demo-1.0.dist-info/RECORD"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := ParseRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Path)
		stat, err := os.Stat(filepath.Join(dir, filepath.FromSlash(e.Path)))
		if err != nil || e.Size >= 0 && e.Size != stat.Size() {
			t.Errorf("%+v: %v", e, err)
		}
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("RECORD lists %q", names)
	}
}

func TestInstallErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []entry
		want  string
	}{
		{"one place", []entry{{name: "a.py"}, {name: "demo-1.0.data/purelib/a.py"}}, "two of its files belong at a.py"},
		{"file and directory", []entry{{name: "a/b"}, {name: "demo-1.0.data/platlib/a"}}, "a is a file and a directory"},
		{"out by data", []entry{{name: "demo-1.0.data/purelib/../../x"}}, "leads out of the wheel"},
		{"drive in data", []entry{{name: "demo-1.0.data/purelib/C:x"}}, "drive letter"},
		{"RECORD in data", []entry{{name: "demo-1.0.data/purelib/demo-1.0.dist-info/RECORD"}}, "two of its files belong at demo-1.0.dist-info/RECORD"},
		{"unknown scheme", []entry{{name: "demo-1.0.data/other/x"}}, `"other" is none of`},
		{"file in data", []entry{{name: "demo-1.0.data/x"}}, "can't lie there"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantError(t, Install(t.Context(), recipe{files: test.files}.make(t), t.TempDir()), test.want, "demo-1.0-py3-none-any.whl")
		})
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantError(t, Install(t.Context(), recipe{}.make(t), full), "is not empty: x is in it")
}

// Two wheels with parts of one namespace lie in two trees; neither may have an __init__.py that hides the other.
func TestInstallInventsNothing(t *testing.T) {
	dir := t.TempDir()
	wantError(t, Install(t.Context(), recipe{files: []entry{{name: "space/one/__init__.py"}}}.make(t), dir))
	for _, name := range tree(t, dir) {
		if strings.HasSuffix(name, "__init__.py") && name != "space/one/__init__.py" || strings.HasSuffix(name, ".pyc") {
			t.Errorf("invented: %s", name)
		}
	}
}
