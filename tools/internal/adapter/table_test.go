package adapter

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
)

// versions are those of an environment that has every backend.
var versions = map[string]string{
	"maturin": "1.16.0", "meson-python": "0.22.1", "py-build-cmake": "0.5.1", "scikit-build-core": "1.1.2", "setuptools-rust": "1.13.0",
}

// tell makes what an adapter is told, of a source tree and a cache directory that hold these files.
func tell(t *testing.T, backend string, source map[string]string, cached ...string) Told {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("source/pyproject.toml", "[tool.py-build-cmake.cmake]\n")
	write("cache/other", "")
	for name, text := range source {
		write("source/"+name, text)
	}
	for _, name := range cached {
		write("cache/"+name, "")
	}
	open := func(name string) *os.Root {
		root, err := os.OpenRoot(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { root.Close() })
		return root
	}
	return Told{Backend: backend, Versions: versions, Source: open("source"), Cache: open("cache"), Inside: "/pyproject/cache", Empty: len(cached) == 0}
}

func (t Told) mapped(tb testing.TB) Mapping {
	tb.Helper()
	found, ok := Find(Table, t.Backend, t.Versions)
	if !ok {
		tb.Fatalf("%s has no adapter", t.Backend)
	}
	mapping, err := found.Map(t)
	if err != nil {
		tb.Fatal(err)
	}
	return mapping
}

// TestGiven: each backend is told of the directory by its own option (CACHE-8).
func TestGiven(t *testing.T) {
	for backend, want := range map[string]Mapping{
		"mesonpy":                 {Settings: hook.Settings{{Key: "build-dir", Value: "/pyproject/cache/build"}}},
		"scikit_build_core.build": {Settings: hook.Settings{{Key: "build-dir", Value: "/pyproject/cache/build"}}},
		"py_build_cmake.build":    {Settings: hook.Settings{{Key: "override", Value: `cmake.build_path="/pyproject/cache/build"`}}},
		"maturin":                 {Env: []string{"CARGO_TARGET_DIR=/pyproject/cache/build", "MATURIN_PEP517_USE_BASE_PYTHON=1"}},
		"setuptools.build_meta":   {Env: []string{"CARGO_TARGET_DIR=/pyproject/cache/build"}},
	} {
		got := tell(t, backend, nil).mapped(t)
		if got.Off != "" || !got.KeepsBuildDirectory || got.Notes != nil || !slices.Equal(got.Settings, want.Settings) || !slices.Equal(got.Env, want.Env) {
			t.Errorf("%s: %+v", backend, got)
		}
	}
}

// TestNone: nothing of these is mapped; setuptools without Rust has the compiler cache alone, and pdm-backend, too, whose build
// directory's every file goes into the wheel.
func TestNone(t *testing.T) {
	for _, backend := range []string{"setuptools.build_meta:__legacy__", "pdm.backend", "flit_core.buildapi", "hatchling.build", "mesonpy"} {
		if found, ok := Find(Table, backend, map[string]string{"setuptools": "84.2.1"}); ok {
			t.Errorf("%s has %s", backend, found.Name)
		}
	}
}

// TestConfiguration: a build directory keeps its objects and not its configuration, whose defaults may have changed (CACHE-6).
func TestConfiguration(t *testing.T) {
	for backend, deleted := range map[string][]string{
		"mesonpy":                 {"build/meson-private/coredata.dat", "build/meson-info/intro.json", "build/meson-logs/log.txt"},
		"scikit_build_core.build": {"build/CMakeCache.txt"},
		"py_build_cmake.build":    {"build/CMakeCache.txt"},
		"maturin":                 nil,
		"setuptools.build_meta":   nil,
	} {
		kept := []string{"build/.ninja_deps", "build/CMakeFiles/a.dir/a.o", "build/release/a.rlib"}
		told := tell(t, backend, nil, append(kept, deleted...)...)
		told.Removed = []string{"src/old.h"}
		mapping := told.mapped(t)
		for _, name := range kept {
			if _, err := told.Cache.Lstat(name); err != nil {
				t.Errorf("%s: %v", backend, err)
			}
		}
		for _, name := range deleted {
			if _, err := told.Cache.Lstat(name); err == nil {
				t.Errorf("%s: %s is there", backend, name)
			}
		}
		if (len(mapping.Notes) > 0) != (len(deleted) > 0) {
			t.Errorf("%s: notes %q", backend, mapping.Notes)
		}
	}
}

// TestAdded: with a new path the build directory starts empty, for the path may hide another or be found by a glob (CACHE-6).
func TestAdded(t *testing.T) {
	for _, adapter := range Table {
		told := tell(t, adapter.Backends[0], nil, "build/.ninja_deps", "build/a.o")
		told.Added = []string{"src/b.h", "src/c.h"}
		mapping := told.mapped(t)
		if entries, err := told.Cache.Open("build"); err == nil {
			entries.Close()
			t.Errorf("%s: build is there", adapter.Name)
		}
		if _, err := told.Cache.Lstat("other"); err != nil {
			t.Errorf("%s: %v", adapter.Name, err)
		}
		if len(mapping.Notes) != 1 || mapping.Notes[0] != "deleted build: src/b.h, with 1 more, is new in the source tree" {
			t.Errorf("%s: notes %q", adapter.Name, mapping.Notes)
		}
	}
}

// TestOff: a build directory of the user's own, or a project that does not fit, switches the mapping off, with the reason (CACHE-4).
func TestOff(t *testing.T) {
	setting := func(key, value string) func(*Told) {
		return func(told *Told) { told.Settings = append(told.Settings, hook.Setting{Key: key, Value: value}) }
	}
	variable := func(text string) func(*Told) {
		return func(told *Told) { told.Env = append(told.Env, text) }
	}
	version := func(name, version string) func(*Told) {
		return func(told *Told) { told.Versions = map[string]string{name: version} }
	}
	for name, c := range map[string]struct {
		backend string
		source  map[string]string
		change  func(*Told)
		want    string
	}{
		"meson's":          {"mesonpy", nil, setting("build-dir", "b"), "the config setting build-dir names"},
		"meson's old name": {"mesonpy", nil, setting("builddir", "b"), "the config setting builddir names"},
		"old meson":        {"mesonpy", nil, version("meson-python", "0.14.0"), "meson-python 0.14.0 is older than 0.15.0"},
		"odd meson":        {"mesonpy", nil, version("meson-python", "new"), `meson-python "new" is not a version`},
		"scikit's":         {"scikit_build_core.build", nil, setting("skbuild.build-dir", "b"), "the config setting skbuild.build-dir names"},
		"scikit's other":   {"scikit_build_core.build", nil, variable("SKBUILD_BUILD_DIR=b"), "the variable SKBUILD_BUILD_DIR names"},
		"old scikit":       {"scikit_build_core.build", nil, version("scikit-build-core", "0.10.4"), "0.10.4 is older than 0.10.5"},
		"py-build-cmake's": {"py_build_cmake.build", nil, setting("-o", "linux.cmake.build_path=b"), "the config setting -o names"},
		"no CMake":         {"py_build_cmake.build", map[string]string{"pyproject.toml": "[tool.py-build-cmake.module]\n"}, nil, "has no [tool.py-build-cmake.cmake]"},
		"two of CMake":     {"py_build_cmake.build", map[string]string{"pyproject.toml": "[tool.py-build-cmake.cmake.0]\n[tool.py-build-cmake.cmake.1]\n"}, nil, "there are several CMake projects"},
		"broken TOML":      {"py_build_cmake.build", map[string]string{"pyproject.toml": "="}, nil, "can't be read"},
		"cargo's":          {"maturin", nil, variable("CARGO_TARGET_DIR=b"), "the variable CARGO_TARGET_DIR names"},
		"maturin's":        {"maturin", nil, setting("build-args", "--target-dir=b"), "the config setting build-args names"},
		"maturin's other":  {"maturin", nil, variable("MATURIN_PEP517_ARGS=--release --target-dir b"), "the variable MATURIN_PEP517_ARGS names"},
		"generated":        {"setuptools.build_meta", map[string]string{"src/a.pyx": "", "src/a.cpp": ""}, nil, "src/a.cpp lies beside src/a.pyx"},
	} {
		told := tell(t, c.backend, c.source)
		if c.change != nil {
			c.change(&told)
		}
		if got := told.mapped(t); !strings.Contains(got.Off, c.want) {
			t.Errorf("%s: off %q", name, got.Off)
		}
	}
	if got := tell(t, "maturin", nil); got.mapped(t).Off != "" {
		t.Error("it is off for nothing")
	}
}
