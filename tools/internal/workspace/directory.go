package workspace

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/buildfile"
)

// buildFiles are the names of BUILD files, in the order in which Bazel looks for them.
var buildFiles = []string{"BUILD.bazel", "BUILD"}

// moduleFiles begin a repository of its own, which is no part of the one around it.
var moduleFiles = []string{"MODULE.bazel", "REPO.bazel", "WORKSPACE", "WORKSPACE.bazel"}

// directory is a directory of the repository. Links are not followed: what they lead to is found where it lies, if it is of
// the repository at all.
type directory struct {
	path      string // from the top, with slashes; "" is the top
	files     []string
	buildFile string // the name of its BUILD file, if it has one
	foreign   bool   // it is a repository of its own
	excluded  bool   // nobody wants projects to be looked for here, or below
	children  []*directory
}

func (d *directory) has(name string) bool { return slices.Contains(d.files, name) }

// isPublished says whether the directory is an unpacked sdist (PKG-INFO is in every one, and in no source tree).
func (d *directory) isPublished() bool { return d.has("PKG-INFO") }

// walk visits a directory and, unless visit says no, those below it.
func (d *directory) walk(visit func(*directory) bool) {
	if !visit(d) {
		return
	}
	for _, child := range d.children {
		child.walk(visit)
	}
}

// scanner reads the directories of a repository.
type scanner struct {
	root     string
	ignored  []string // the lines of .bazelignore: what Bazel does not look into
	patterns []string // of directives
}

// scan reads a directory and all below it. What is said above the directory holds for it, too.
func scan(root, dir string, ignored []string) (*directory, error) {
	s := &scanner{root: root, ignored: ignored}
	if dir == "." {
		return s.scan("")
	}
	for above := path.Dir(dir); ; above = path.Dir(above) {
		if err := s.directives(strings.TrimPrefix(above, ".")); err != nil {
			return nil, err
		}
		if above == "." {
			return s.scan(dir)
		}
	}
}

// scan reads a directory and all below it.
func (s *scanner) scan(dir string) (*directory, error) {
	d := &directory{path: dir}
	entries, err := os.ReadDir(filepath.Join(s.root, filepath.FromSlash(dir)))
	if err != nil {
		return nil, fmt.Errorf("look for projects: %w", err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			d.files = append(d.files, entry.Name())
		}
	}
	d.foreign = dir != "" && slices.ContainsFunc(moduleFiles, d.has)
	for _, name := range buildFiles {
		if d.buildFile == "" && d.has(name) {
			d.buildFile = name
		}
	}
	if err := s.directives(dir); err != nil {
		return nil, err
	}
	d.excluded = s.excludes(dir)
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		if !entry.IsDir() || slices.Contains(buildfile.NotSource, entry.Name()) || slices.Contains(s.ignored, name) {
			continue
		}
		child, err := s.scan(name)
		if err != nil {
			return nil, err
		}
		d.children = append(d.children, child)
	}
	return d, nil
}

// excludes says whether projects are not looked for in a directory because of its name or a directive.
func (s *scanner) excludes(dir string) bool {
	return strings.HasPrefix(path.Base(dir), ".") && dir != "" ||
		slices.ContainsFunc(s.patterns, func(pattern string) bool { return buildfile.Matches(pattern, dir) })
}

// directives reads what the BUILD file of a directory, if it has one, says of itself and of the directories below.
func (s *scanner) directives(dir string) error {
	for _, base := range buildFiles {
		name := path.Join(dir, base)
		file := filepath.Join(s.root, filepath.FromSlash(name))
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("look for projects: %w", err)
		}
		if !bytes.Contains(content, []byte("pyproject:exclude ")) {
			return nil
		}
		parsed, err := buildfile.Parse(name, content, build.TypeBuild)
		if err != nil {
			return err
		}
		for _, pattern := range parsed.Directives("exclude") {
			s.patterns = append(s.patterns, path.Join(dir, pattern))
		}
		return nil
	}
	return nil
}

// readIgnored reads .bazelignore as Bazel does: a directory a line.
func readIgnored(root string) (content []byte, directories []string, err error) {
	content, err = os.ReadFile(filepath.Join(root, ".bazelignore"))
	if err != nil && !os.IsNotExist(err) {
		return nil, nil, fmt.Errorf("look for projects: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			directories = append(directories, path.Clean(line))
		}
	}
	return content, directories, nil
}

// findRoot is the top of the repository that a directory lies in: the nearest above it with a file that makes one, else the
// directory itself.
func findRoot(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		for _, name := range moduleFiles {
			if info, err := os.Stat(filepath.Join(at, name)); err == nil && info.Mode().IsRegular() {
				return at
			}
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// exists says whether there is such a file.
func exists(name string) (bool, error) {
	_, err := os.Stat(name)
	if os.IsNotExist(err) {
		return false, nil
	}
	return err == nil, err
}
