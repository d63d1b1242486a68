package buildfile

import (
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	"github.com/bazelbuild/buildtools/labels"
)

// NotSource are directories that are never part of a source: of version control, installed, or left by tools. At the top of
// a repository the links that Bazel makes are not, either.
var NotSource = []string{".git", ".hg", ".nox", ".tox", ".venv", "__pycache__", "node_modules"}

// Sources is the name of the filegroup that hands the files of a sub-package to the project above it.
const Sources = "pyproject_srcs"

// lockName and wheelName are what the targets of a project are called.
const (
	lockName  = "lock"
	wheelName = "wheel"
)

// defaultLock is the file of the locks that are added.
const defaultLock = "build-requirements.txt"

// Project is a package that holds a project.
type Project struct {
	// Package is its place in the repository, "" for the top.
	Package string
	// Marker is what says how it is built: pyproject.toml or, without one, setup.py.
	Marker string
	// Published says that the directory is an unpacked sdist: what is generated in it was published with it.
	Published bool
	// Python is the oldest version of Python that the project is for, "" if the default of locks will do.
	Python string
	// Rules is what labels of these rules' files begin with, such as "@rules_pyproject//rules:".
	Rules string
}

// Lock is the target that writes a project's lock.
type Lock struct {
	// Name is the target's, and Out the file, relative to the package.
	Name, Out string
	// Python is the oldest version of Python that it is for, "" if that is the default.
	Python string
	// Plain says that the target says no more of the lock than that: what a user adds decides on what is locked.
	Plain bool
}

// treeRules are those whose source may be the tree of a package.
var treeRules = []string{"pyproject_wheel", "pyproject_sdist", "pyproject_metadata"}

// Project gives the lock of the package's project, and the targets that have its tree for a source, and adds what is missing
// of a lock and a wheel. There is no lock where people gave all targets an environment from elsewhere.
func (f *File) Project(p Project) (*Lock, []*Target, error) {
	if !f.hasWheel() {
		if err := f.free(wheelName); err != nil {
			return nil, nil, err
		}
		lock, err := f.lock(p)
		if err != nil {
			return nil, nil, err
		}
		f.addWheel(p, lock)
		return lock, f.targets(), nil
	}
	targets := f.targets()
	lock := f.existingLock(p.Marker)
	if lock != nil || !slices.ContainsFunc(targets, func(t *Target) bool { return !t.HasEnvironment() }) {
		return lock, targets, nil
	}
	lock, err := f.lock(p)
	return lock, targets, err
}

// targets are those that are built from the package's own tree.
func (f *File) targets() []*Target {
	var targets []*Target
	for _, kind := range treeRules {
		rules, _ := f.rules(kind)
		for _, rule := range rules {
			if rule.Attr("sdist") == nil {
				targets = append(targets, &Target{file: f, rule: rule})
			}
		}
	}
	return targets
}

// hasWheel says whether the package's project has a wheel: one of its tree or of an sdist that is made here, one that people
// write in a way that can't be edited, or another target that they want to keep in its place.
func (f *File) hasWheel() bool {
	rules, nested := f.rules("pyproject_wheel")
	owner := f.named(wheelName)
	return nested > 0 || owner != nil && kept(owner.Call) || slices.ContainsFunc(rules, func(rule *build.Rule) bool {
		return !strings.HasPrefix(rule.AttrString("sdist"), "@")
	})
}

// free fails where another target has the name.
func (f *File) free(name string) error {
	owner := f.named(name)
	if owner == nil {
		return nil
	}
	return f.errorAt(owner.Call, "a %s is called %s here, which is what the project's own target is to be called.\nPossible fixes:\n"+
		"  - rename it\n  - write \"# keep\" above it, if it stands for that target", owner.Kind(), name)
}

// lock gives the lock of the project, which is added if there is none.
func (f *File) lock(p Project) (*Lock, error) {
	if lock := f.existingLock(p.Marker); lock != nil {
		return lock, nil
	}
	if err := f.free(lockName); err != nil {
		return nil, err
	}
	rule := f.add(f.load(p.Rules+"lock.bzl", "pyproject_lock"), lockName)
	rule.SetAttr("out", text(defaultLock))
	rule.SetAttr("project", text(p.Marker))
	if p.Python != "" {
		rule.SetAttr("python_version", text(p.Python))
	}
	return &Lock{Name: lockName, Out: defaultLock, Python: p.Python, Plain: true}, nil
}

// Builds gives the name of a target that locks or builds a directory below the package, given with a slash at its end.
func (f *File) Builds(directory string) string {
	for _, kind := range append([]string{"pyproject_lock"}, treeRules...) {
		rules, _ := f.rules(kind)
		for _, rule := range rules {
			for _, attribute := range []string{"project", "projects", "srcs"} {
				isBelow := func(s string) bool { return strings.HasPrefix(strings.TrimPrefix(s, ":"), directory) }
				if slices.ContainsFunc(included(rule.Attr(attribute)), isBelow) {
					return rule.Name()
				}
			}
		}
	}
	return ""
}

// existingLock is the lock that people have for the project, whatever they call it.
func (f *File) existingLock(marker string) *Lock {
	locks, _ := f.rules("pyproject_lock")
	for _, rule := range locks {
		isOurs := slices.ContainsFunc(append(stringsIn(rule.Attr("project")), stringsIn(rule.Attr("projects"))...), func(label string) bool {
			return labels.ParseRelative(label, "").Target == marker
		})
		if out := rule.AttrString("out"); isOurs && out != "" {
			return &Lock{Name: rule.Name(), Out: out, Python: rule.AttrString("python_version"), Plain: isPlain(rule)}
		}
	}
	return nil
}

func isPlain(rule *build.Rule) bool {
	return !slices.ContainsFunc(rule.AttrKeys(), func(key string) bool {
		return !slices.Contains([]string{"name", "out", "project", "python_version", "tags", "testonly", "visibility"}, key)
	})
}

func (f *File) addWheel(p Project, lock *Lock) {
	rule := f.add(f.load(p.Rules+"wheel.bzl", "pyproject_wheel"), wheelName)
	exclude := f.notSource(p.Published)
	exclude = append(exclude, lock.Out)
	if p.Package == "" {
		exclude = append(exclude, ".bazel*", "MODULE.bazel*", "bazel-*/**")
	}
	rule.SetAttr("srcs", glob(exclude))
}

// AddSources lets the projects above, which are packages, have the files of this one, whose lock, if it has one, is no source.
func (f *File) AddSources(published bool, lock *Lock, projects []string) {
	rule := f.named(Sources)
	if rule == nil {
		rule = f.add("filegroup", Sources)
		exclude := f.notSource(published)
		if lock != nil {
			exclude = append(exclude, lock.Out)
		}
		rule.SetAttr("srcs", glob(exclude))
	}
	if keptAttribute(rule, "visibility") {
		return
	}
	known := stringsIn(rule.Attr("visibility"))
	var missing []string
	for _, project := range projects {
		label := "//" + project + ":__pkg__"
		if !slices.Contains(known, label) && !slices.Contains(known, "//visibility:public") {
			missing = append(missing, label)
		}
	}
	if len(missing) == 0 {
		return
	}
	slices.Sort(missing)
	if rule.Attr("visibility") == nil {
		rule.SetAttr("visibility", texts(missing...))
	} else {
		rule.SetAttr("visibility", withElements(rule.Attr("visibility"), missing...))
	}
	f.did("made %s visible to %s", Sources, strings.Join(missing, ", "))
}

// notSource are the patterns of what is never source.
func (f *File) notSource(published bool) []string {
	var patterns []string
	for _, name := range NotSource {
		patterns = append(patterns, "**/"+name+"/**")
	}
	if !published {
		// What an editable installation leaves, and setuptools would read.
		patterns = append(patterns, "**/*.egg-info/**")
	}
	return append(patterns, f.Path[strings.LastIndexByte(f.Path, '/')+1:])
}

func glob(exclude []string) build.Expr {
	slices.Sort(exclude)
	return &build.CallExpr{
		X: &build.Ident{Name: "glob"}, ForceMultiLine: true,
		List: []build.Expr{texts("**"), &build.AssignExpr{LHS: &build.Ident{Name: "exclude"}, Op: "=", RHS: texts(exclude...)}},
	}
}
