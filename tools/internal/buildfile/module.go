package buildfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	"github.com/bazelbuild/buildtools/edit/bzlmod"
	"github.com/bazelbuild/buildtools/labels"
)

// moduleName is the name of these rules' module.
const moduleName = "rules_pyproject"

// DefaultHub is the name of a hub that is added.
const DefaultHub = "build_environments"

// Hub is a build_environments tag of a MODULE.bazel.
type Hub struct {
	file  *File
	proxy string
	tag   *build.Rule
}

// Includes are the files of the repository that a MODULE.bazel includes.
func (f *File) Includes() []string {
	var files []string
	for _, include := range f.syntax.Rules("include") {
		for _, argument := range include.Call.List {
			if label, ok := argument.(*build.StringExpr); ok {
				own, _ := ownLabel(label.Value)
				files = append(files, strings.TrimLeft(strings.Replace(own, ":", "/", 1), "/"))
			}
		}
	}
	return files
}

// Rules gives what labels of these rules' files begin with, or "" where the file does not make them known.
func (f *File) Rules() string {
	for _, module := range f.syntax.Rules("module") {
		if module.AttrString("name") == moduleName {
			return "//rules:"
		}
	}
	for _, dependency := range f.syntax.Rules("bazel_dep") {
		if dependency.AttrString("name") == moduleName {
			return "@" + cmp.Or(dependency.AttrString("repo_name"), moduleName) + "//rules:"
		}
	}
	return ""
}

// Require makes the module depend on these rules, and gives what labels of their files begin with.
func (f *File) Require(version string) (rules string) {
	last := f.preamble()
	for i, stmt := range f.syntax.Stmt {
		if call, ok := stmt.(*build.CallExpr); ok {
			if kind := build.NewRule(call).Kind(); kind == "bazel_dep" || kind == "module" {
				last = i
			}
		}
	}
	dependency := &build.CallExpr{X: &build.Ident{Name: "bazel_dep"}}
	rule := build.NewRule(dependency)
	rule.SetAttr("name", text(moduleName))
	rule.SetAttr("version", text(version))
	f.syntax.Stmt = slices.Insert(f.syntax.Stmt, last+1, build.Expr(dependency))
	f.did("added bazel_dep on %s %s", moduleName, version)
	return "@" + moduleName + "//rules:"
}

// proxies are the variables that stand for the extension.
func (f *File) proxies(rules string) []string {
	return append(bzlmod.Proxies(f.syntax, rules+"extensions.bzl", "pyproject", false), bzlmod.Proxies(f.syntax, rules+"extensions.bzl", "pyproject", true)...)
}

// Hubs are the hubs that the file declares.
func (f *File) Hubs(rules string) []*Hub {
	var hubs []*Hub
	for _, proxy := range f.proxies(rules) {
		tags, _ := f.rules(proxy + ".build_environments")
		for _, tag := range tags {
			hubs = append(hubs, &Hub{f, proxy, tag})
		}
	}
	return hubs
}

// UsesExtension says whether the file has a variable for the extension.
func (f *File) UsesExtension(rules string) bool { return len(f.proxies(rules)) > 0 }

// AddHub adds the hub of a module that has none.
func (f *File) AddHub(rules string) *Hub {
	proxies := f.proxies(rules)
	if len(proxies) == 0 {
		proxies = []string{f.unused("pyproject")}
		f.syntax.Stmt = append(f.syntax.Stmt, &build.AssignExpr{LHS: &build.Ident{Name: proxies[0]}, Op: "=", RHS: &build.CallExpr{
			X: &build.Ident{Name: "use_extension"}, List: []build.Expr{text(rules + "extensions.bzl"), text("pyproject")},
		}})
	}
	call := &build.CallExpr{X: &build.DotExpr{X: &build.Ident{Name: proxies[0]}, Name: "build_environments"}, ForceMultiLine: true}
	tag := build.NewRule(call)
	tag.SetAttr("name", text(DefaultHub))
	// Beside what belongs to the same variable.
	at := len(f.syntax.Stmt)
	for i, stmt := range f.syntax.Stmt {
		if assign, ok := stmt.(*build.AssignExpr); ok && isIdent(assign.LHS, proxies[0]) {
			at = i + 1
		}
	}
	f.syntax.Stmt = slices.Insert(f.syntax.Stmt, at, build.Expr(call))
	f.did("added build_environments %s", DefaultHub)
	return &Hub{f, proxies[0], tag}
}

func isIdent(expr build.Expr, name string) bool {
	ident, ok := expr.(*build.Ident)
	return ok && ident.Name == name
}

// unused gives a name that nothing in the file has.
func (f *File) unused(name string) string {
	for _, stmt := range f.syntax.Stmt {
		if assign, ok := stmt.(*build.AssignExpr); ok && isIdent(assign.LHS, name) {
			return f.unused(name + "_")
		}
	}
	return name
}

// Name is the hub's name in this module: the one that use_repo gives it.
func (h *Hub) Name() string {
	name := h.tag.AttrString("name")
	for _, use := range bzlmod.UseRepos(h.file.syntax, bzlmod.AllProxies(h.file.syntax, h.proxy)) {
		for _, argument := range use.List[1:] {
			assign, ok := argument.(*build.AssignExpr)
			if !ok {
				continue
			}
			if value, ok := assign.RHS.(*build.StringExpr); ok && value.Value == name {
				if ident, ok := assign.LHS.(*build.Ident); ok {
					return ident.Name
				}
			}
		}
	}
	return name
}

// Locks are the hub's locks of this repository, as //PACKAGE:NAME.
func (h *Hub) Locks() []string {
	var locks []string
	for _, text := range stringsIn(h.tag.Attr("locks")) {
		if label, ok := ownLabel(text); ok {
			locks = append(locks, label)
		}
	}
	return locks
}

// ownLabel gives the full form of a label of the repository itself.
func ownLabel(value string) (string, bool) {
	label := labels.ParseRelative(strings.TrimLeft(value, "@"), "")
	if strings.HasPrefix(strings.TrimLeft(value, "@"), "//") || !strings.HasPrefix(value, "@") {
		return fmt.Sprintf("//%s:%s", label.Package, label.Target), true
	}
	return "", false
}

// SetLocks adds locks and removes those of packages that are gone, and makes the hub known in the module.
func (h *Hub) SetLocks(added []string, gone func(lock string) bool) {
	if !keptAttribute(h.tag, "locks") {
		rest, removed := withoutElements(h.tag.Attr("locks"), func(value string) bool {
			label, ok := ownLabel(value)
			return ok && gone(label)
		})
		if len(added)+len(removed) > 0 {
			slices.Sort(added)
			h.tag.SetAttr("locks", withElements(rest, added...))
		}
		for _, label := range added {
			h.file.did("added %s to %s", label, h.tag.AttrString("name"))
		}
		for _, label := range removed {
			h.file.did("removed %s from %s: there is no such package any more", label, h.tag.AttrString("name"))
		}
	}
	h.use()
}

// use adds the hub to use_repo.
func (h *Hub) use() {
	name := h.tag.AttrString("name")
	proxies := bzlmod.AllProxies(h.file.syntax, h.proxy)
	uses := bzlmod.UseRepos(h.file.syntax, proxies)
	for _, use := range uses {
		if slices.Contains(stringsIn(use), name) {
			return
		}
	}
	if len(uses) == 0 {
		var use *build.CallExpr
		h.file.syntax, use = bzlmod.NewUseRepo(h.file.syntax, []string{h.proxy})
		uses = []*build.CallExpr{use}
	}
	last := uses[len(uses)-1]
	last.List = slices.Concat(last.List[:1:1], inserted(last.List[1:], name))
	h.file.did("added %s to use_repo", name)
}
