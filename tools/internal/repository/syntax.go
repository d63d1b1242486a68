package repository

import (
	"maps"
	"slices"

	"github.com/bazelbuild/buildtools/build"
)

// call is a call of a rule that is being written.
type call struct{ expr *build.CallExpr }

func newCall(rule, name string) call {
	c := call{&build.CallExpr{X: &build.Ident{Name: rule}, ForceMultiLine: true}}
	c.set("name", text(name))
	return c
}

func (c call) set(attribute string, value build.Expr) {
	c.expr.List = append(c.expr.List, &build.AssignExpr{LHS: &build.Ident{Name: attribute}, Op: "=", RHS: value})
}

func text(value string) build.Expr { return &build.StringExpr{Value: value} }

func texts(values []string) build.Expr {
	list := &build.ListExpr{ForceMultiLine: len(values) > 1}
	for _, value := range values {
		list.List = append(list.List, text(value))
	}
	return list
}

func dict(values map[string]string) build.Expr {
	expr := &build.DictExpr{ForceMultiLine: true}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		expr.List = append(expr.List, &build.KeyValueExpr{Key: text(key), Value: text(values[key])})
	}
	return expr
}

func loadRule(file, name string) build.Expr {
	rule := &build.Ident{Name: name}
	return &build.LoadStmt{
		ForceCompact: true,
		Module:       &build.StringExpr{Value: "@rules_pyproject//" + file + ".bzl"},
		From:         []*build.Ident{rule},
		To:           []*build.Ident{rule},
	}
}

// format writes statements as buildifier would, if their attributes are in its order: putting them in order is an eighth of the time that a
// large lock takes.
func format(stmts []build.Expr) string {
	return string(build.FormatWithoutRewriting(&build.File{Type: build.TypeBuild, Stmt: stmts}))
}
