// Package buildfile adds to BUILD and MODULE.bazel files what projects need, and keeps what people wrote.
//
// An attribute that is there stays as it is; a list is only added to, and loses nothing but what this package once wrote.
// A rule, an attribute or an element of a list with the comment "# keep" is never touched.
package buildfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// File is a BUILD or MODULE.bazel file while it is edited.
type File struct {
	// Path is what messages call the file: its place in the repository.
	Path string
	// Done says in the order of its doing what was done, for people.
	Done []string

	syntax *build.File
	before []byte
	isNew  bool
}

// Parse reads the content of a file. An error of syntax names the file, the line and the column.
func Parse(path string, content []byte, kind build.FileType) (*File, error) {
	parse := build.ParseBuild
	if kind == build.TypeModule {
		parse = build.ParseModule
	}
	syntax, err := parse(path, content)
	if err != nil {
		return nil, err
	}
	return &File{Path: path, syntax: syntax, before: content}, nil
}

// New is a file that is not there yet.
func New(path string, kind build.FileType) *File {
	return &File{Path: path, syntax: &build.File{Path: path, Type: kind}, isNew: true}
}

// Content is the file's new content, or what it was if nothing was done.
func (f *File) Content() []byte {
	switch {
	case len(f.Done) == 0:
		return f.before
	case f.isNew:
		return build.Format(f.syntax)
	default:
		// Not rewritten as buildifier would: whoever ordered the file otherwise meant it.
		return build.FormatWithoutRewriting(f.syntax)
	}
}

// Changed says whether the file has to be written, and IsNew whether it was not there before.
func (f *File) Changed() bool {
	return len(f.Done) > 0 && (f.isNew || !bytes.Equal(f.Content(), f.before))
}

// IsNew says whether the file was not there before.
func (f *File) IsNew() bool { return f.isNew }

func (f *File) did(format string, args ...any) { f.Done = append(f.Done, fmt.Sprintf(format, args...)) }

// errorAt is an error that points into the file.
func (f *File) errorAt(at build.Expr, format string, args ...any) error {
	start, _ := at.Span()
	return fmt.Errorf("%s:%d:%d: %s", f.Path, start.Line, start.LineRune, fmt.Sprintf(format, args...))
}

// Directives gives the values of comments "# pyproject:KEY VALUE".
func (f *File) Directives(key string) []string {
	var values []string
	collect := func(comments []build.Comment) {
		for _, comment := range comments {
			value, found := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(comment.Token, "#")), "pyproject:"+key+" ")
			if found && strings.TrimSpace(value) != "" {
				values = append(values, strings.TrimSpace(value))
			}
		}
	}
	collect(f.syntax.Before)
	collect(f.syntax.After)
	for _, stmt := range f.syntax.Stmt {
		collect(stmt.Comment().Before)
		collect(stmt.Comment().Suffix)
		collect(stmt.Comment().After)
	}
	return values
}

// kept says whether people asked for the expression to be left alone.
func kept(expressions ...build.Expr) bool {
	for _, expr := range expressions {
		if expr == nil {
			continue
		}
		for _, comment := range slices.Concat(expr.Comment().Before, expr.Comment().Suffix) {
			text := strings.TrimSpace(strings.TrimPrefix(comment.Token, "#"))
			if text == "keep" || strings.HasPrefix(text, "keep:") {
				return true
			}
		}
	}
	return false
}

// keptAttribute says the same of an attribute, wherever in its line the comment stands.
func keptAttribute(rule *build.Rule, name string) bool {
	definition := rule.AttrDefn(name)
	return kept(rule.Call) || definition != nil && kept(definition, definition.LHS, definition.RHS)
}

// rules are the calls of a rule at the top of the file, whatever its load calls it, and nested are those in a
// comprehension or a condition, which people wrote and nobody else can edit.
func (f *File) rules(symbol string) (top []*build.Rule, nested int) {
	var names []string
	for _, stmt := range f.syntax.Stmt {
		load, ok := stmt.(*build.LoadStmt)
		if !ok {
			continue
		}
		for i, from := range load.From {
			if from.Name == symbol {
				names = append(names, load.To[i].Name)
			}
		}
	}
	if !slices.Contains(names, symbol) {
		names = append(names, symbol) // native, or of a load that can't be seen
	}
	for _, name := range names {
		for _, rule := range f.syntax.Rules(name) {
			if f.isStatement(rule.Call) {
				top = append(top, rule)
			} else {
				nested++
			}
		}
	}
	return top, nested
}

func (f *File) isStatement(call *build.CallExpr) bool {
	return slices.ContainsFunc(f.syntax.Stmt, func(stmt build.Expr) bool { return stmt == build.Expr(call) })
}

// named gives the rule of this name, or nil.
func (f *File) named(name string) *build.Rule {
	for _, rule := range f.syntax.Rules("") {
		if rule.ExplicitName() == name && rule.Kind() != "module" && rule.Kind() != "bazel_dep" {
			return rule
		}
	}
	return nil
}

// add adds a rule at the end of the file.
func (f *File) add(kind, name string) *build.Rule {
	rule := build.NewRule(&build.CallExpr{X: &build.Ident{Name: kind}, ForceMultiLine: true})
	rule.SetAttr("name", text(name))
	f.syntax.Stmt = append(f.syntax.Stmt, rule.Call)
	f.did("added %s %s", kind, name)
	return rule
}

// load makes a symbol of a file known and gives the name that it has here.
func (f *File) load(module, symbol string) string {
	last := -1
	for i, stmt := range f.syntax.Stmt {
		load, ok := stmt.(*build.LoadStmt)
		if !ok {
			continue
		}
		last = i
		if at := slices.IndexFunc(load.From, func(from *build.Ident) bool { return from.Name == symbol }); at >= 0 && load.Module.Value == module {
			return load.To[at].Name
		}
	}
	if last < 0 {
		last = f.preamble()
	}
	name := &build.Ident{Name: symbol}
	f.syntax.Stmt = slices.Insert(f.syntax.Stmt, last+1, build.Expr(&build.LoadStmt{
		Module: &build.StringExpr{Value: module}, From: []*build.Ident{name}, To: []*build.Ident{{Name: symbol}}, ForceCompact: true,
	}))
	return symbol
}

// preamble is the last of the statements that stay above the first load: comments and the docstring; -1 without them.
func (f *File) preamble() int {
	last := -1
	for i, stmt := range f.syntax.Stmt {
		_, isComment := stmt.(*build.CommentBlock)
		_, isText := stmt.(*build.StringExpr)
		if !isComment && !(isText && i == last+1) {
			break
		}
		last = i
	}
	return last
}

func text(value string) *build.StringExpr { return &build.StringExpr{Value: value} }

func texts(values ...string) *build.ListExpr {
	list := &build.ListExpr{ForceMultiLine: len(values) > 1}
	for _, value := range values {
		list.List = append(list.List, text(value))
	}
	return list
}
