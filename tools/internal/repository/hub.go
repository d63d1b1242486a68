package repository

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// settingsPackage holds the config_settings of a hub. No directory of a project has this name.
const settingsPackage = "__settings__"

// content gives the files of the hub repository.
func (h Hub) content(environments []environment, targets []target) (map[string]string, error) {
	files := map[string]string{"BUILD.bazel": ""}
	var packages []string
	byPackage := map[string][]environment{}
	for _, e := range environments {
		if top, _, _ := strings.Cut(e.file.Package, "/"); slices.Contains([]string{settingsPackage, sourcePackage, wheelsPackage}, top) {
			return nil, fmt.Errorf("the package of %s has a name that the hub needs for itself", e.file.Label)
		}
		if _, known := byPackage[e.file.Package]; !known {
			packages = append(packages, e.file.Package)
		}
		byPackage[e.file.Package] = append(byPackage[e.file.Package], e)
	}
	for _, pkg := range packages {
		if err := h.addPackage(files, pkg, byPackage[pkg], targets); err != nil {
			return nil, err
		}
	}
	files[path.Join(settingsPackage, "BUILD.bazel")] = settings(targets)
	return files, nil
}

// addPackage writes the package of the locks that lie in one package. A single lock has the package's default target; of
// several each has one that is called like the lock, and the default target says so. A part of a lock has a name of its own
// in any case.
func (h Hub) addPackage(files map[string]string, pkg string, environments []environment, targets []target) error {
	main := path.Base(pkg)
	if pkg == "" {
		main = h.Name
	}
	var stmts []build.Expr
	add := func(name string, e environment) error {
		if e.problem == "" {
			files[path.Join(pkg, name+".lock.json")] = e.description
		}
		stmts = append(stmts, e.call(name, targets))
		return nil
	}
	if len(environments) == 1 && environments[0].file.Target == "" {
		if err := add(main, environments[0]); err != nil {
			return err
		}
	} else {
		names, byName := stems(environments)
		for _, name := range names {
			e := byName[name][0]
			if len(byName[name]) > 1 {
				e = environment{file: e.file, repair: e.repair, problem: fmt.Sprintf(
					"%s and %s would both be called %s.\nPossible fixes:\n  - rename one of them", e.file.Label, byName[name][1].file.Label, name)}
			}
			if err := add(name, e); err != nil {
				return err
			}
		}
		if byName[main] == nil && len(environments) == 1 {
			alias := newCall("alias", main)
			alias.set("actual", text(":"+names[0]))
			alias.set("visibility", texts([]string{"//visibility:public"}))
			stmts = append(stmts, alias.expr)
		} else if byName[main] == nil {
			e := environment{file: environments[0].file, repair: environments[0].repair, problem: fmt.Sprintf(
				"there are several locks in this package.\nPossible fixes:\n  - name the one that is meant: %s", strings.Join(names, ", "))}
			if err := add(main, e); err != nil {
				return err
			}
		}
	}
	files[path.Join(pkg, "BUILD.bazel")] = format(append([]build.Expr{loadRule("rules:environment", "build_environment")}, stmts...))
	return nil
}

// stems gives the names of targets in a package with several locks, in order, and what each stands for.
func stems(environments []environment) ([]string, map[string][]environment) {
	byName := map[string][]environment{}
	var names []string
	for _, e := range environments {
		name := e.file.target()
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], e)
	}
	slices.Sort(names)
	return names, byName
}

// EnvironmentLabel is the target of a lock in a hub. alone says that no other lock of the hub lies in the package.
func EnvironmentLabel(hub, pkg, lock string, alone bool) string {
	label := "@" + hub
	if pkg != "" || !alone {
		label += "//" + pkg
	}
	if !alone {
		label += ":" + stem(lock)
	}
	return label
}

// stem is a lock's name without its extension. PEP 751's pylock.NAME.toml is called NAME, and a directory of locks like the
// directory.
func stem(name string) string {
	if in := path.Dir(name); (LockFile{Name: name}).isDirectory() && in != "." {
		return in
	}
	dir, base := path.Split(strings.TrimSuffix(name, path.Ext(name)))
	if inner, ok := strings.CutPrefix(base, "pylock."); ok && path.Ext(name) == ".toml" && inner != "" {
		base = inner
	}
	return dir + base
}

// call is the target of one lock.
func (e environment) call(name string, targets []target) build.Expr {
	c := newCall("build_environment", name)
	if e.problem != "" {
		c.set("error", text(e.problem))
	} else {
		c.set("lock", text(":"+name+".lock.json"))
	}
	c.set("lock_label", text(e.file.Label))
	c.set("repair", text(e.repair))
	c.set("visibility", texts([]string{"//visibility:public"}))
	if e.problem == "" {
		c.set("wheels", e.wheelsExpression(targets))
	}
	return c.expr
}

// wheelsExpression is the list of files: those that every target has, a select for those that each platform of a Python
// has, and a select for the rest. A lock of pure distributions for all targets needs no select at all.
func (e environment) wheelsExpression(targets []target) build.Expr {
	isFor := slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return e.wheels[t.name()] == nil })
	everywhere := e.shared(isFor)
	var list build.Expr = texts(sorted(everywhere))
	byPython := &build.DictExpr{ForceMultiLine: true}
	byTarget := &build.DictExpr{ForceMultiLine: true}
	somePython, someTarget := false, len(isFor) < len(targets)
	for len(isFor) > 0 {
		count := slices.IndexFunc(isFor, func(t target) bool { return t.python != isFor[0].python })
		if count < 0 {
			count = len(isFor)
		}
		onPython := e.shared(isFor[:count])
		for _, t := range isFor[:count] {
			rest := slices.DeleteFunc(slices.Clone(e.wheels[t.name()]), func(label string) bool { return onPython[label] })
			someTarget = someTarget || len(rest) > 0
			addBranch(byTarget, "", t.name(), rest)
		}
		maps.DeleteFunc(onPython, func(label string, _ bool) bool { return everywhere[label] })
		somePython = somePython || len(onPython) > 0
		addBranch(byPython, "", isFor[0].python, sorted(onPython))
		isFor = isFor[count:]
	}
	for _, part := range []struct {
		needed   bool
		branches *build.DictExpr
	}{{somePython, byPython}, {someTarget, byTarget}} {
		if part.needed {
			list = &build.BinaryExpr{X: list, Op: "+", Y: &build.CallExpr{X: &build.Ident{Name: "select"}, List: []build.Expr{
				part.branches,
				&build.AssignExpr{LHS: &build.Ident{Name: "no_match_error"}, Op: "=", RHS: text(e.noMatch(targets))},
			}}}
		}
	}
	return list
}

// shared are the labels that each of the targets has.
func (e environment) shared(targets []target) map[string]bool {
	counts := map[string]int{}
	for _, t := range targets {
		for _, label := range e.wheels[t.name()] {
			counts[label]++
		}
	}
	shared := map[string]bool{}
	for label, count := range counts {
		if count == len(targets) {
			shared[label] = true
		}
	}
	return shared
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func addBranch(branches *build.DictExpr, hub, setting string, labels []string) {
	branches.List = append(branches.List, &build.KeyValueExpr{Key: text(hub + "//" + settingsPackage + ":" + setting), Value: texts(labels)})
}

// noMatch is what a user reads whose Python or platform the hub is not for.
func (e environment) noMatch(targets []target) string {
	var versions, names []string
	for _, t := range targets {
		if _, isFor := e.wheels[t.name()]; isFor {
			versions, names = append(versions, t.python), append(names, t.platform.name)
		}
	}
	slices.Sort(names)
	says := ""
	if text := scope(e.locked); text != "" {
		says = " The lock itself says that it is" + text + "."
	}
	return fmt.Sprintf("%s has no files for this Python and platform. There are some for Python %s on %s.%s\n"+
		"Possible fixes:\n  - add yours to python_versions and platforms of build_environments in MODULE.bazel\n  - write the lock for it: %s",
		e.file.Label, strings.Join(slices.Compact(versions), ", "), strings.Join(slices.Compact(names), ", "), says, e.repair)
}

// settings is the package of the conditions that the selects name: one for each target, one for each Python.
func settings(targets []target) string {
	var stmts []build.Expr
	add := func(name string, constraints []string, flags map[string]string) {
		c := newCall("config_setting", name)
		if len(constraints) > 0 {
			c.set("constraint_values", texts(constraints))
		}
		dict := &build.DictExpr{ForceMultiLine: true}
		for _, flag := range slices.Sorted(maps.Keys(flags)) {
			dict.List = append(dict.List, &build.KeyValueExpr{Key: text("@rules_pyproject//rules/settings:" + flag), Value: text(flags[flag])})
		}
		c.set("flag_values", dict)
		c.set("visibility", texts([]string{"//visibility:public"})) // repositories of hashes have selects as well
		stmts = append(stmts, c.expr)
	}
	last := ""
	for _, t := range targets {
		flags := map[string]string{"resolved_python": t.python}
		if t.python != last {
			add(t.python, nil, flags)
			last = t.python
		}
		if t.platform.libc != "" {
			flags["resolved_libc"] = t.platform.libc
		}
		add(t.name(), []string{"@platforms//os:" + t.platform.os, "@platforms//cpu:" + t.platform.cpu}, flags)
	}
	return format(stmts)
}
