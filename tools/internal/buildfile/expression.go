package buildfile

import (
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// operands are what a sum of lists is made of: of glob([…]) + ["a"] the call and the list.
func operands(expr build.Expr) []build.Expr {
	switch e := expr.(type) {
	case nil:
		return nil
	case *build.BinaryExpr:
		if e.Op == "+" {
			return append(operands(e.X), operands(e.Y)...)
		}
	case *build.ParenExpr:
		return operands(e.X)
	}
	return []build.Expr{expr}
}

// lists are the literal lists in a sum.
func lists(expr build.Expr) []*build.ListExpr {
	var all []*build.ListExpr
	for _, operand := range operands(expr) {
		if list, ok := operand.(*build.ListExpr); ok {
			all = append(all, list)
		}
	}
	return all
}

// elements are the texts in the literal lists of a sum.
func elements(expr build.Expr) []string {
	var all []string
	for _, list := range lists(expr) {
		for _, element := range list.List {
			if s, ok := element.(*build.StringExpr); ok {
				all = append(all, s.Value)
			}
		}
	}
	return all
}

// stringsIn are all texts in an expression.
func stringsIn(expr build.Expr) []string {
	return stringsWhere(expr, func([]build.Expr) bool { return true })
}

// included are the texts in an expression but for those that a glob excludes.
func included(expr build.Expr) []string {
	return stringsWhere(expr, func(around []build.Expr) bool {
		return !slices.ContainsFunc(around, func(e build.Expr) bool {
			assign, ok := e.(*build.AssignExpr)
			return ok && isIdent(assign.LHS, "exclude")
		})
	})
}

func stringsWhere(expr build.Expr, wanted func(around []build.Expr) bool) []string {
	var all []string
	if expr == nil {
		return nil
	}
	build.Walk(expr, func(e build.Expr, around []build.Expr) {
		if s, ok := e.(*build.StringExpr); ok && wanted(around) {
			all = append(all, s.Value)
		}
	})
	return all
}

// withElements adds texts to a sum of lists: to its last literal list, in their order, else as a further one.
func withElements(expr build.Expr, values ...string) build.Expr {
	if len(values) == 0 {
		return expr
	}
	all := lists(expr)
	if len(all) == 0 {
		added := texts(values...)
		if expr == nil {
			return added
		}
		return &build.BinaryExpr{X: expr, Op: "+", Y: added}
	}
	list := all[len(all)-1]
	for _, value := range values {
		list.List = inserted(list.List, value)
	}
	list.ForceMultiLine = list.ForceMultiLine || len(list.List) > 1
	return expr
}

// inserted is a list with a further text: in its place where the list is in order, else at the end.
func inserted(list []build.Expr, value string) []build.Expr {
	at := len(list)
	if inOrder(list) {
		at, _ = slices.BinarySearchFunc(list, value, func(e build.Expr, value string) int { return strings.Compare(e.(*build.StringExpr).Value, value) })
	}
	return slices.Insert(list, at, build.Expr(text(value)))
}

func inOrder(list []build.Expr) bool {
	previous := ""
	for _, element := range list {
		s, ok := element.(*build.StringExpr)
		if !ok || previous > s.Value {
			return false
		}
		previous = s.Value
	}
	return true
}

// withoutElements removes texts from the literal lists of a sum, and a list that gets empty by it.
func withoutElements(expr build.Expr, unwanted func(string) bool) (rest build.Expr, removed []string) {
	switch e := expr.(type) {
	case *build.ListExpr:
		e.List = slices.DeleteFunc(e.List, func(element build.Expr) bool {
			s, ok := element.(*build.StringExpr)
			if !ok || kept(s) || !unwanted(s.Value) {
				return false
			}
			removed = append(removed, s.Value)
			return true
		})
	case *build.ParenExpr:
		e.X, removed = withoutElements(e.X, unwanted)
	case *build.BinaryExpr:
		if e.Op != "+" {
			return expr, nil
		}
		var left, right []string
		e.X, left = withoutElements(e.X, unwanted)
		e.Y, right = withoutElements(e.Y, unwanted)
		removed = append(left, right...)
		if len(left) > 0 && isEmptyList(e.X) {
			return e.Y, removed
		}
		if len(right) > 0 && isEmptyList(e.Y) {
			return e.X, removed
		}
	}
	return expr, removed
}

func isEmptyList(expr build.Expr) bool {
	list, ok := expr.(*build.ListExpr)
	return ok && len(list.List) == 0
}
