// Package workspace finds the projects of a repository and plans what its BUILD files, its MODULE.bazel and its .bazelignore
// have to say for them.
//
// A plan is made in memory. It is carried out as a whole or not at all, and a second one after it changes nothing.
package workspace

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/buildfile"
)

// Plan is what has to be done for the projects below a directory.
type Plan struct {
	// Root is the top of the repository.
	Root string
	// Projects are the packages with projects, in order.
	Projects []string
	// Skipped is what looks like a project and is none.
	Skipped []Skipped
	// Files are those that have to be written, in order.
	Files []File
	// Locks are those that are not there yet.
	Locks []Lock

	files   map[string]*buildfile.File
	found   []*found
	modules []*buildfile.File // MODULE.bazel and what it includes
	rules   string
}

// File is a file that has to be written.
type File struct {
	// Path is relative to the top.
	Path string
	// IsNew says whether it is not there yet.
	IsNew bool
	// Done says what is new in it, for people.
	Done []string

	content []byte
}

// Lock is a lock that is not there yet.
type Lock struct {
	// Package is the project's, Target the target that writes the lock, and File the lock from the top of the repository.
	Package, Target, File string
	// Plain says that the target says nothing of the lock but its project, its file and the oldest Python, which is Python.
	Plain  bool
	Python string
}

// New plans for the projects below a directory. version is that of these rules. All that is wrong with files of the
// repository is reported together, and there is no plan then.
func New(dir, version string) (*Plan, error) {
	p := &Plan{Root: findRoot(dir), files: map[string]*buildfile.File{}}
	below, err := filepath.Rel(p.Root, dir)
	if err != nil {
		return nil, fmt.Errorf("look for projects: %w", err)
	}
	ignore, ignored, err := readIgnored(p.Root)
	if err != nil {
		return nil, err
	}
	top, err := scan(p.Root, filepath.ToSlash(below), ignored)
	if err != nil {
		return nil, err
	}
	finder := &finder{root: p.Root}
	finder.find(top, nil, nil)
	p.found, p.Skipped = finder.projects, finder.skipped
	for _, found := range p.found {
		p.Projects = append(p.Projects, found.dir.path)
	}
	if problems := append(finder.problems, p.edit(version)...); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	p.collect()
	p.ignore(ignore, ignored)
	return p, p.missingLocks()
}

// edit edits all files.
func (p *Plan) edit(version string) (problems []error) {
	if err := p.openModules("MODULE.bazel"); err != nil {
		return []error{err}
	}
	for _, module := range p.modules {
		p.rules = cmp.Or(p.rules, module.Rules())
	}
	if p.rules == "" && len(p.found) > 0 {
		p.rules = p.modules[0].Require(version)
	}
	for _, found := range p.found {
		if err := p.openProject(found); err != nil {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	p.declareLocks()
	return p.addSources()
}

// open reads a file, or begins one.
func (p *Plan) open(name string, kind build.FileType) (*buildfile.File, error) {
	if file := p.files[name]; file != nil {
		return file, nil
	}
	content, err := os.ReadFile(filepath.Join(p.Root, filepath.FromSlash(name)))
	switch {
	case os.IsNotExist(err):
		p.files[name] = buildfile.New(name, kind)
		return p.files[name], nil
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	file, err := buildfile.Parse(name, content, kind)
	if err == nil {
		p.files[name] = file
	}
	return file, err
}

// openModules reads a module file and those that it includes.
func (p *Plan) openModules(name string) error {
	file, err := p.open(name, build.TypeModule)
	if err != nil || slices.Contains(p.modules, file) {
		return err
	}
	p.modules = append(p.modules, file)
	for _, included := range file.Includes() {
		if err := p.openModules(included); err != nil {
			return err
		}
	}
	return nil
}

// openPackage reads the BUILD file of a directory, or begins one.
func (p *Plan) openPackage(d *directory) (*buildfile.File, error) {
	if d.buildFile == "" {
		d.buildFile = buildFiles[0]
	}
	return p.open(path.Join(d.path, d.buildFile), build.TypeBuild)
}

func (p *Plan) openProject(found *found) (err error) {
	if found.file, err = p.openPackage(found.dir); err != nil {
		return err
	}
	found.lock, found.targets, err = found.file.Project(buildfile.Project{
		Package: found.dir.path, Marker: found.marker, Published: found.published, Python: found.python, Rules: p.rules,
	})
	return err
}

// isGone says whether the package of a lock is no package any more, which the module extension can't live with.
func (p *Plan) isGone(lock string) bool {
	pkg, _, _ := strings.Cut(strings.TrimPrefix(lock, "//"), ":")
	for _, name := range buildFiles {
		if there, err := exists(filepath.Join(p.Root, filepath.FromSlash(pkg), name)); there || err != nil || p.files[path.Join(pkg, name)] != nil {
			return false
		}
	}
	return true
}

// collect gathers the files that have changed.
func (p *Plan) collect() {
	for name, file := range p.files {
		if file.Changed() {
			p.Files = append(p.Files, File{Path: name, IsNew: file.IsNew(), Done: file.Done, content: file.Content()})
		}
	}
	slices.SortFunc(p.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
}

// madeByBazel are links at the top that globs would follow, which costs seconds each time.
var madeByBazel = []string{"bazel-bin", "bazel-out", "bazel-testlogs"}

// ignore keeps Bazel out of what is never source, where a project is at the top of the repository: the globs of its targets
// and the search for sub-packages would go through it.
func (p *Plan) ignore(content []byte, ignored []string) {
	if !slices.Contains(p.Projects, "") {
		return
	}
	var missing []string
	for _, name := range append([]string{".git", ".venv", "node_modules"}, madeByBazel...) {
		if !slices.Contains(ignored, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return
	}
	text := string(content)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	p.Files = append(p.Files, File{
		Path: ".bazelignore", IsNew: text == "", content: []byte(text + strings.Join(missing, "\n") + "\n"),
		Done: []string{"added " + strings.Join(missing, ", ")},
	})
}

func (p *Plan) missingLocks() error {
	for _, found := range p.found {
		if found.lock == nil {
			continue
		}
		name := path.Join(found.dir.path, found.lock.Out)
		there, err := exists(filepath.Join(p.Root, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if !there {
			p.Locks = append(p.Locks, Lock{
				Package: found.dir.path, Target: "//" + found.dir.path + ":" + found.lock.Name, File: name, Plain: found.lock.Plain, Python: found.lock.Python,
			})
		}
	}
	return nil
}
