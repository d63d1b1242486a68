package session

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// TestKeyOfTheMachine proves CACHE-4 for what no action declares: an interpreter that was built again under the same version, and headers and libraries of the
// machine, by its package manager's list. Where interpreter and compilers are part of the build that list means nothing.
func TestKeyOfTheMachine(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, at int64) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Unix(at, 0), time.Unix(at, 0)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	python, status, info, archive := write("python", "a", 1), write("status", "libx 1", 1), write("info.json", "{}", 1), write("python.tar", "", 1)
	defer func(old []string) { packageDatabases = old }(packageDatabases)
	packageDatabases = []string{filepath.Join(dir, "missing"), status, dir}
	changed := func(config Config, change func()) []string {
		t.Helper()
		config.EnvironmentInfo, config.Cache.Helper = info, "helper"
		s := &Staged{config: &config, kept: &kept{}, Info: &environment.Info{Interpreter: interpreter.Facts{Executable: python}}}
		before, err := s.cacheKey()
		if err != nil {
			t.Fatal(err)
		}
		change()
		after, err := s.cacheKey()
		if err != nil {
			t.Fatal(err)
		}
		return after.Differences(before)
	}
	system, hermetic := Config{Interpreter: python}, Config{InterpreterArchive: archive, Compilers: Compilers{CC: "python.tar"}}
	t.Chdir(dir)
	for _, c := range []struct {
		name   string
		config Config
		change func()
		want   []string
	}{
		{"nothing", system, func() {}, nil},
		{"a rebuilt interpreter", system, func() { write("python", "a", 2) }, []string{"the interpreter's program"}},
		{"an upgraded library", system, func() { write("status", "libx 2", 2) }, []string{"the machine's packages"}},
		{"a list written again", system, func() { write("status", "libx 2", 3) }, nil},
		{"another directory", system, func() { write("new", "", 1) }, []string{"the machine's packages"}},
		{"nothing of it is used", hermetic, func() { write("status", "libx 3", 4); write("newer", "", 1) }, nil},
		{"a compiler of the machine", Config{InterpreterArchive: archive, Compilers: Compilers{CC: python}},
			func() { write("status", "libx 4", 5) }, []string{"the machine's packages"}},
	} {
		if got := changed(c.config, c.change); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// BenchmarkPackages measures the list of this machine where no store remembers its digest.
func BenchmarkPackages(b *testing.B) {
	for b.Loop() {
		k := &keyMaker{}
		k.packages("")
	}
}
