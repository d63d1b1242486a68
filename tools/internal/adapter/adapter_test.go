package adapter

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
)

func TestFind(t *testing.T) {
	table := []Adapter{{Name: "a", Backends: []string{"a", "a.api"}}, {Name: "b", Backends: []string{"b"}},
		{Name: "c", Backends: []string{"c"}, Distribution: "c-there"}, {Name: "d", Backends: []string{"c", "d"}, Distribution: "d-absent"}}
	for backend, want := range map[string]string{"a": "a", "a.api:main": "a", "b:x.y": "b", "a.other": "", "": "", "c": "c", "d": ""} {
		found, ok := Find(table, backend, map[string]string{"c-there": "1"})
		if found.Name != want || ok != (want != "") {
			t.Errorf("%s: found %q", backend, found.Name)
		}
	}
}

func TestTold(t *testing.T) {
	told := Told{Settings: hook.Settings{{Key: "k", Value: "1"}, {Key: "l", Value: "2"}, {Key: "k", Value: "3"}}, Env: []string{"A=b=c", "AB=d"}}
	if got := told.Setting("k"); !slices.Equal(got, []string{"1", "3"}) || told.Setting("m") != nil {
		t.Errorf("settings %q", got)
	}
	if value, ok := told.Variable("A"); !ok || value != "b=c" {
		t.Errorf("variable %q", value)
	}
	if _, ok := told.Variable("B"); ok {
		t.Error("a variable that nobody set")
	}
}

// TestDelete: what a hook locked is deleted, and nothing outside of the cache directory is, whatever links there are (CACHE-8).
func TestDelete(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside", "build")
	cache := filepath.Join(dir, "cache")
	for _, d := range []string{outside, filepath.Join(cache, "build", "deep", "er"), filepath.Join(cache, "kept")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", filepath.Join(cache, "link")); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"build/deep/er", "build/deep", "build"} {
		if err := os.Chmod(filepath.Join(cache, d), 0o500); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(cache)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	told, mapping := Told{Cache: root}, Mapping{}
	if err := told.Delete(&mapping, "it is a test", "build", "missing", "link/build"); err != nil {
		t.Fatal(err)
	}
	if len(mapping.Notes) != 1 || mapping.Notes[0] != "deleted build: it is a test" {
		t.Errorf("notes %q", mapping.Notes)
	}
	if entries, _ := os.ReadDir(cache); len(entries) != 2 {
		t.Errorf("left: %v", entries)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}
