package buildfile

import (
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	"github.com/bazelbuild/buildtools/labels"
)

// Target is a target whose source is the tree of its package: a wheel, an sdist, metadata.
type Target struct {
	file *File
	rule *build.Rule
}

// HasEnvironment says whether something is said already about what it is built with.
func (t *Target) HasEnvironment() bool {
	return t.rule.Attr("build_environment") != nil || kept(t.rule.Call)
}

// Environment is the label of what it is built with, if that is one text.
func (t *Target) Environment() string { return t.rule.AttrString("build_environment") }

// SetEnvironment says what it is built with, if nothing is said yet.
func (t *Target) SetEnvironment(label string) {
	if t.HasEnvironment() {
		return
	}
	t.rule.SetAttr("build_environment", text(label))
	t.file.did("set build_environment of %s to %s", t.rule.Name(), label)
}

// Sources are the targets of other packages in srcs, as far as these and the filegroups of the same file say.
func (t *Target) Sources(pkg string) []Source {
	var sources []Source
	seen := map[string]bool{}
	var visit func(expr build.Expr)
	visit = func(expr build.Expr) {
		for _, value := range stringsIn(expr) {
			label := labels.ParseRelative(value, pkg)
			if label.Repository != "" {
				continue
			}
			if label.Package != pkg {
				sources = append(sources, Source{label.Package, label.Target == Sources})
			} else if group := t.file.named(label.Target); group != nil && !seen[label.Target] {
				seen[label.Target] = true
				visit(group.Attr("srcs"))
			}
		}
	}
	visit(t.rule.Attr("srcs"))
	return sources
}

// Source is a target of another package that is part of a source.
type Source struct {
	// Package is the target's package, and Generated says whether it is what AddSources makes there.
	Package   string
	Generated bool
}

// KeepsSources says whether people asked for srcs to be left alone.
func (t *Target) KeepsSources() bool { return keptAttribute(t.rule, "srcs") }

// LeavesOut says whether people said that a sub-package, relative to the target's, is not of the project.
func (t *Target) LeavesOut(subpackage string) bool {
	return slices.ContainsFunc(elements(t.rule.Attr("other_packages")), func(pattern string) bool {
		return Matches(pattern, subpackage)
	})
}

// Matches says whether a glob of Bazel's matches a path.
func Matches(pattern, name string) bool {
	return matches(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

func matches(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		return matches(pattern[1:], name) || len(name) > 0 && matches(pattern, name[1:])
	case len(name) == 0:
		return false
	}
	fits, err := path.Match(pattern[0], name[0])
	return err == nil && fits && matches(pattern[1:], name[1:])
}

// SetSources makes the filegroups of these packages, and of no others, part of srcs.
func (t *Target) SetSources(packages []string) {
	if t.KeepsSources() {
		return
	}
	var wanted, missing []string
	for _, pkg := range packages {
		wanted = append(wanted, "//"+pkg+":"+Sources)
	}
	rest, removed := withoutElements(t.rule.Attr("srcs"), func(value string) bool {
		return strings.HasPrefix(value, "//") && strings.HasSuffix(value, ":"+Sources) && !slices.Contains(wanted, value)
	})
	present := stringsIn(rest)
	for _, label := range wanted {
		if !slices.Contains(present, label) {
			missing = append(missing, label)
		}
	}
	if len(removed)+len(missing) == 0 {
		return
	}
	t.rule.SetAttr("srcs", withElements(rest, missing...))
	for _, label := range removed {
		t.file.did("removed %s from the srcs of %s", label, t.rule.Name())
	}
	for _, label := range missing {
		t.file.did("added %s to the srcs of %s", label, t.rule.Name())
	}
}

// LeaveOut says of sub-packages that they have no file of the project.
func (t *Target) LeaveOut(subpackages []string) {
	if len(subpackages) == 0 || keptAttribute(t.rule, "other_packages") {
		return
	}
	t.rule.SetAttr("other_packages", withElements(t.rule.Attr("other_packages"), subpackages...))
	t.file.did("left %s out of %s", strings.Join(subpackages, ", "), t.rule.Name())
}
