package workspace

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	toml "github.com/pelletier/go-toml/v2"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/buildfile"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

const (
	pyproject = "pyproject.toml"
	setup     = "setup.py"
)

// fixtures are names of directories below a project in which projects are data of its tests.
var fixtures = []string{"test", "tests", "testing", "testdata", "fixtures"}

// Skipped is a directory that looks like a project and is none.
type Skipped struct {
	// Path is the file or the directory, and Why says why it is none.
	Path, Why string
}

// found is a project.
type found struct {
	dir       *directory
	marker    string
	published bool
	python    string // the oldest Python that it is for, "" if a lock's default will do
	file      *buildfile.File
	lock      *buildfile.Lock
	targets   []*buildfile.Target
}

// finder looks for projects in directories.
type finder struct {
	root     string
	projects []*found
	skipped  []Skipped
	problems []error
}

// find looks for projects in a directory and below it. above is the project around it, and pkg the package.
func (f *finder) find(d *directory, above *found, pkg *directory) {
	if d.foreign {
		f.skipForeign(d)
		return
	}
	if d.excluded {
		return
	}
	if d.buildFile != "" {
		pkg = d
	}
	if p := f.project(d, above, pkg); p != nil {
		f.projects = append(f.projects, p)
		above, pkg = p, d
	}
	for _, child := range d.children {
		f.find(child, above, pkg)
	}
}

// skipForeign says that a repository inside of this one may have projects of its own.
func (f *finder) skipForeign(d *directory) {
	d.walk(func(below *directory) bool {
		if below.has(pyproject) || below.has(setup) {
			f.skip(d.path, "is a Bazel module of its own; run generate there")
			return false
		}
		return true
	})
}

func (f *finder) skip(path, format string, args ...any) {
	skipped := Skipped{path, fmt.Sprintf(format, args...)}
	if !slices.Contains(f.skipped, skipped) {
		f.skipped = append(f.skipped, skipped)
	}
}

// project gives the project whose top is the directory, or nil.
func (f *finder) project(d *directory, above *found, pkg *directory) *found {
	marker := pyproject
	if !d.has(pyproject) {
		marker = setup
		if !d.has(setup) {
			return nil
		}
	}
	file := path.Join(d.path, marker)
	if !isPackageName(d.path) {
		f.skip(file, "%q can't be the name of a Bazel package", d.path)
		return nil
	}
	if above != nil && above.isData(d, f) {
		return nil
	}
	p, why, err := f.judge(d, marker)
	if why == "" && err == nil && pkg != d {
		why, err = f.builtBy(d, pkg)
	}
	if err != nil {
		f.problems = append(f.problems, err)
		return nil
	}
	if why != "" {
		f.skip(file, "%s", why)
		return nil
	}
	return &found{dir: d, marker: marker, published: d.isPublished(), python: oldestPython(p.RequiresPython)}
}

// isData says whether what looks like a project below another is data of that one, which is said once for all such.
func (f *found) isData(d *directory, finder *finder) bool {
	if f.published {
		finder.skip(cmp.Or(f.dir.path, "."), "is an unpacked sdist: what looks like projects in it is part of it")
		return true
	}
	below := strings.TrimPrefix(strings.TrimPrefix(d.path, f.dir.path), "/")
	parts := strings.Split(below, "/")
	i := slices.IndexFunc(parts, func(name string) bool { return slices.Contains(fixtures, name) })
	if i < 0 {
		return false
	}
	finder.skip(path.Join(f.dir.path, path.Join(parts[:i+1]...)), "what looks like projects in it is taken for test data")
	return true
}

// isPackageName says whether Bazel takes the path for the name of a package.
func isPackageName(name string) bool {
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == ':' || r == '\\' }) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return part != "" && strings.Trim(part, ".") == "" })
}

// builtBy says which target of the package around the directory builds what lies there already. A BUILD file in the directory
// would take it away from that target.
func (f *finder) builtBy(d, pkg *directory) (why string, err error) {
	if pkg == nil || pkg.buildFile == "" {
		return "", nil
	}
	below := strings.TrimPrefix(strings.TrimPrefix(d.path, pkg.path), "/") + "/"
	name := path.Join(pkg.path, pkg.buildFile)
	content, err := os.ReadFile(filepath.Join(f.root, filepath.FromSlash(name)))
	if err != nil || !bytes.Contains(content, []byte(below)) {
		return "", err
	}
	file, err := buildfile.Parse(name, content, build.TypeBuild)
	if err != nil {
		return "", err
	}
	if target := file.Builds(below); target != "" {
		return fmt.Sprintf("is built by //%s:%s", pkg.path, target), nil
	}
	return "", nil
}

// judge says why the directory is no project, if it is none. What is wrong with a project is an error.
func (f *finder) judge(d *directory, marker string) (p *project.Project, why string, err error) {
	dir := filepath.Join(f.root, filepath.FromSlash(d.path))
	if marker == setup {
		why, err = judgeSetup(d, dir)
	} else if !d.has(setup) {
		why, err = judgePyproject(dir)
	}
	if why != "" || err != nil {
		return nil, why, err
	}
	opts := project.Options{File: path.Join(d.path, pyproject)}
	if d.isPublished() {
		opts.UnknownKeys = project.AsWarning
	}
	p, _, err = project.Read(dir, opts)
	return p, "", err
}

// judgePyproject tells the pyproject.toml of a project from one that only configures tools. One that can't be read is left to
// project.Read, which says what is wrong.
func judgePyproject(dir string) (why string, err error) {
	data, err := os.ReadFile(filepath.Join(dir, pyproject))
	if err != nil {
		return "", fmt.Errorf("look for projects: %w", err)
	}
	var tables map[string]any
	if err := toml.Unmarshal(data, &tables); err != nil {
		return "", nil
	}
	if _, declared := tables["build-system"]; !declared {
		return "has no [build-system] table, and there is no setup.py: nothing builds it", nil
	}
	return "", nil
}

// The minor versions of Python 3 that are told apart: from the oldest that a lock is for by default.
const defaultPython, latestPython = 9, 40

// oldestPython is the oldest Python that the project's requires-python admits, or "" if a lock's default will do.
func oldestPython(requires string) string {
	admitted, err := requirement.ParseSpecifier(requires)
	if requires == "" || err != nil {
		return "" // the backend says what is wrong
	}
	for minor := defaultPython; minor <= latestPython; minor++ {
		// ">=3.10.2" and "<3.11" both mean 3.10.
		for _, patch := range []string{"0", "40"} {
			version, err := requirement.ParseVersion(fmt.Sprintf("3.%d.%s", minor, patch))
			if err != nil || !admitted.Contains(version, false) {
				continue
			}
			if minor == defaultPython {
				return ""
			}
			return fmt.Sprintf("3.%d", minor)
		}
	}
	return ""
}

var importsSetup = regexp.MustCompile(`(?m)^\s*(import|from)\s+(setuptools|distutils|numpy\.distutils|skbuild)\b`)

// judgeSetup tells the setup.py of a project from a module of this name.
func judgeSetup(d *directory, dir string) (why string, err error) {
	if d.has("__init__.py") {
		return "is a module of a package", nil
	}
	data, err := os.ReadFile(filepath.Join(dir, setup))
	if err != nil {
		return "", fmt.Errorf("look for projects: %w", err)
	}
	if !importsSetup.Match(data) && !bytes.Contains(data, []byte("setup(")) {
		return "neither imports setuptools nor calls setup()", nil
	}
	return "", nil
}
