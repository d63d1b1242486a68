package extension_test

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mixed is a repository of Go and Python: a project at its top and one below, with Go files in all of their directories.
var mixed = map[string]string{
	"go.mod": "module example.com/mixed\n\ngo 1.24\n",
	"pyproject.toml": `[build-system]
requires = ["hatchling==1.28.0"]
build-backend = "hatchling.build"
[project]
name = "greeter"
version = "1.0"
requires-python = ">=3.10"
[tool.hatch.build.targets.wheel]
packages = ["src/greeter"]
`,
	"main.go":                              "package main\n\nimport _ \"example.com/mixed/src/greeter/clock\"\n\nfunc main() {}\n",
	"src/greeter/__init__.py":              "from greeter.clock import now\n",
	"src/greeter/greeter.go":               "package greeter\n",
	"src/greeter/clock/__init__.py":        "now = 1\n",
	"src/greeter/clock/clock.go":           "// Package clock is a clock.\npackage clock\n",
	"src/greeter/clock/zones/zones.txt":    "UTC\n",
	"src/greeter/clock/zones/data/more.py": "",
	"src/greeter/clock/zones/data/data.go": "package data\n",
	"tests/greeter_test.py":                "import greeter\n",
	"tests/helpers/helpers.go":             "package helpers\n",
	"libs/count/setup.py":                  "from setuptools import find_packages, setup\nsetup(name='count', version='2.0', packages=find_packages())\n",
	"libs/count/count/__init__.py":         "",
	"libs/count/count/count.go":            "package count\n",
	"libs/count/count/deep/__init__.py":    "x = 1\n",
	"libs/count/count/deep/deep.go":        "package deep\n",
}

// junk is what lies around at the top of a repository and is not of its source. Some of it would be packages.
var junk = map[string]string{
	".git/config":                     "",
	".venv/lib/site/BUILD.bazel":      "",
	".venv/lib/site/wrong.py":         "",
	"node_modules/left-pad/BUILD":     "",
	"node_modules/left-pad/index.js":  "",
	"src/greeter/__pycache__/old.pyc": "",
}

const mixedModule = `bazel_dep(name = "rules_go", version = "0.62.0")
bazel_dep(name = "rules_pyproject", version = "0.1.0")

pyproject = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject")
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "machine_python")
register_toolchains("@machine_python//:all")
`

// TestMixedRepository proves that generate and Gazelle live in one tree: each leaves alone what the other writes, no file of a
// project is lost to the packages that Gazelle makes of its directories, and the wheels are those of uv build.
func TestMixedRepository(t *testing.T) {
	w := newWorkspace(t, mixed)
	sources := filepath.Join(t.TempDir(), "sources")
	if err := os.CopyFS(sources, os.DirFS(filepath.Join(w.dir, "workspace"))); err != nil {
		t.Fatal(err)
	}
	w.write("BUILD.bazel", "# gazelle:prefix example.com/mixed\n")
	for name, text := range junk {
		w.write(name, text)
	}
	w.write("MODULE.bazel", mixedModule)
	w.gazelle()
	made := w.buildFiles()
	if len(made) != 7 {
		t.Fatalf("Gazelle made BUILD files in %q", slices.Sorted(maps.Keys(made)))
	}

	helper := []string{"@rules_pyproject//tools/pyproject", "--"}
	generate := append(helper, "generate")
	w.succeeds([]string{
		"changed  src/greeter/clock/BUILD.bazel: added filegroup pyproject_srcs",
		"created  libs/count/BUILD.bazel: added pyproject_wheel wheel",
		"build-requirements.txt written",
		"projects: 2, ",
	}, "run", generate...)
	generated := w.buildFiles()
	for name, before := range made {
		if _, rules, _ := strings.Cut(before, "\n\n"); !strings.Contains(generated[name], strings.TrimSpace(rules)) {
			t.Errorf("%s has lost what Gazelle wrote:\n%s\nwas\n%s", name, generated[name], before)
		}
	}
	w.gazelle()
	for name, after := range w.buildFiles() {
		if after != generated[name] {
			t.Errorf("Gazelle changed %s:\n%s\nwas\n%s", name, after, generated[name])
		}
	}
	w.succeeds([]string{"files to write: 0, locks to write: 0"}, "run", append(generate, "--check")...)

	w.succeeds(nil, "build", "--nobuild", "//...")
	w.succeeds(nil, "build", "//:wheel", "//libs/count:wheel")
	// Bazel's own links lie there now, and lead to copies of it all.
	w.succeeds([]string{"files to write: 0, locks to write: 0"}, "run", append(generate, "--check")...)
	w.succeeds(nil, "build", "//:wheel")
	for pkg, project := range map[string]string{"": ".", "libs/count": "libs/count"} {
		theirs := w.uvBuild(filepath.Join(sources, project))
		w.succeeds([]string{"0 different, "}, "run", append(helper, "compare", filepath.Join(w.dir, "workspace/bazel-bin", pkg, "wheel.dist"), theirs)...)
	}
}

// gazelle writes the BUILD files of all Go packages.
func (w *workspace) gazelle() {
	w.t.Helper()
	cmd := exec.Command("go", "run", "github.com/bazelbuild/bazel-gazelle/cmd/gazelle@v0.53.0", "update", "-lang=go", "-repo_root=.", "-build_file_name=BUILD.bazel")
	cmd.Dir = filepath.Join(w.dir, "workspace")
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	if output, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("%v\n%s", err, output)
	}
}

// buildFiles are the BUILD files of the repository's source.
func (w *workspace) buildFiles() map[string]string {
	w.t.Helper()
	files := map[string]string{}
	top := os.DirFS(filepath.Join(w.dir, "workspace"))
	err := fs.WalkDir(top, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".venv" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.Name() == "BUILD.bazel":
			content, err := fs.ReadFile(top, name)
			files[name] = string(content)
			return err
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return files
}

// uvBuild gives the directory of the wheel that uv makes of a source tree.
func (w *workspace) uvBuild(source string) string {
	w.t.Helper()
	programs := w.external("*rules_pyproject_uv/uv")
	if len(programs) != 1 {
		w.t.Fatalf("uv is at %q", programs)
	}
	out := w.t.TempDir()
	cmd := exec.Command(programs[0], "build", "--wheel", "--out-dir", out, source)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=315532800")
	if output, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("%v\n%s", err, output)
	}
	return out
}
