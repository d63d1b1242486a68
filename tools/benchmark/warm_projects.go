package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
)

// warmProject is a published project that compiles.
type warmProject struct {
	benchCase
	version string
	sha256  string // of the sdist
	builds  string // what compiles it, for people
	backend string // the module of its build backend
	// keeping are the config settings, as JSON, by which the backend keeps its build directory in the source tree.
	keeping string
	// edited is a file of which much is compiled, and small one that takes the compiler little time; it may be absent.
	edited, small string
}

const (
	contourpyHash   = "083e12155b210502d0bca491432bb04d56dc3432f95a979b429f2848c3dbe880"
	levenshteinHash = "22021caf5867a46fae5ab927bbdcb430599d7e5ee3898449cbbe430ff07b7d08"
	regexHash       = "d6ec7e29e62ebf93ab2a593d1137022b6025497d8610e5cb666d52f9ee5bb0ce"
	cmarkgfmHash    = "5bec61007b65b919488442c838c58a6c8bf4741f5103c593b2ef180d39818eda"
	adapterLocks    = "rules/tests/adapters/projects/locks/"
)

var warmProjects = []warmProject{
	{
		benchCase: benchCase{name: "contourpy", locked: adapterLocks + "contourpy.txt"}, version: "1.3.3", sha256: contourpyHash,
		builds: "Meson, 14 files", backend: "mesonpy", keeping: `{"build-dir": "build"}`, edited: "src/mpl2005.cpp", small: "src/fill_type.cpp",
	},
	{
		benchCase: benchCase{name: "levenshtein", locked: adapterLocks + "levenshtein.txt"}, version: "0.27.5", sha256: levenshteinHash,
		builds: "CMake, 2 files", backend: "scikit_build_core.build", keeping: `{"build-dir": "build"}`,
		edited: "src/Levenshtein/Levenshtein-c/_levenshtein.cpp",
	},
	{
		benchCase: benchCase{name: "regex"}, version: "2026.11.15", sha256: regexHash,
		builds: "setuptools, 2 files", backend: "setuptools.build_meta", keeping: "null", edited: "src/_regex.c", small: "src/_regex_unicode.c",
	},
	{
		benchCase: benchCase{name: "cmarkgfm", locked: adapterLocks + "cmarkgfm.txt"}, version: "2025.10.22", sha256: cmarkgfmHash,
		builds: "setuptools and cffi, 35 files", backend: "setuptools.build_meta", keeping: "null", edited: "third_party/cmark/src/blocks.c",
	},
}

func warmProjectNames() (names []string) {
	for _, p := range warmProjects {
		names = append(names, p.name)
	}
	return names
}

func findWarmProject(name string) (warmProject, error) {
	i := slices.IndexFunc(warmProjects, func(p warmProject) bool { return p.name == name })
	if i < 0 {
		return warmProject{}, fmt.Errorf("there is no project %q; the projects are %s", name, strings.Join(warmProjectNames(), ", "))
	}
	return warmProjects[i], nil
}

// sourceTree is an unpacked sdist that somebody works in.
type sourceTree struct {
	directory string
	project   warmProject
	archive   string
}

// unpack makes it anew, with nothing that a build left.
func (t *sourceTree) unpack(ctx context.Context) error {
	parent := t.directory + ".new"
	for _, old := range []string{parent, t.directory} {
		if err := os.RemoveAll(old); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(parent)
	top, err := sdist.Unpack(ctx, t.archive, parent, sdist.Options{Time: time.Now()})
	if err != nil {
		return err
	}
	return os.Rename(filepath.Join(parent, top), t.directory)
}

// edit gives a file an edit that the compiler cannot leave out, another one for each number.
func (t *sourceTree) edit(name string, number int) error {
	file, err := os.OpenFile(filepath.Join(t.directory, name), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "static const char *const edited_%d __attribute__((used)) = \"edited\";\n", number)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}
