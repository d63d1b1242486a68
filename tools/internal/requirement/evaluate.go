package requirement

import (
	"fmt"
	"slices"
	"strings"
)

// versionVariables are the variables that are compared as versions where the other side is one.
var versionVariables = []string{"python_version", "python_full_version", "implementation_version", "platform_release"}

// Evaluate says whether the marker holds. The keys of env are the names of the PEP 508 variables, extra is the one
// that is asked for or "". A variable that env lacks, and a comparison that PEP 508 leaves undefined, are errors. A
// nil Marker holds.
//
// Comparisons follow the reference implementation (packaging): versions where the variable is a version and the text
// is one, else strings, of which neither is ever less or greater than the other.
func (m *Marker) Evaluate(env map[string]string, extra string) (bool, error) {
	if m == nil {
		return true, nil
	}
	return evaluate(m.root, env, NormalizeName(extra))
}

func evaluate(n node, env map[string]string, extra string) (bool, error) {
	j, ok := n.(*junction)
	if !ok {
		return n.(*comparison).evaluate(env, extra)
	}
	for _, term := range j.terms {
		holds, err := evaluate(term, env, extra)
		if err != nil {
			return false, err
		}
		if holds == (j.word == "or") {
			return holds, nil
		}
	}
	return j.word == "and", nil
}

func (c *comparison) evaluate(env map[string]string, extra string) (bool, error) {
	if isSet(c.right) {
		return c.evaluateSet(env, extra)
	}
	left, err := c.left.lookUp(env, extra)
	if err != nil {
		return false, err
	}
	right, err := c.right.lookUp(env, extra)
	if err != nil {
		return false, err
	}
	if c.comparesVersions() {
		// A text that is no version, such as "6.1.0-13-amd64" on the right, is compared as a text.
		if clause, err := newClause(c.operator, right); err == nil && !slices.Contains([]string{"in", "not in"}, c.operator) {
			// Interpreters built from a checkout call themselves 3.15.0a0+.
			if strings.HasSuffix(left, "+") {
				left += "local"
			}
			version, err := ParseVersion(left)
			return err == nil && clause.contains(version), nil
		}
	}
	return compareStrings(left, c.operator, right, c)
}

func (c *comparison) comparesVersions() bool {
	for _, o := range []operand{c.left, c.right} {
		if o.variable && slices.Contains(versionVariables, o.value) {
			return true
		}
	}
	return false
}

func compareStrings(left, operator, right string, c *comparison) (bool, error) {
	switch operator {
	case "==", "<=", ">=":
		return left == right, nil
	case "!=":
		return left != right, nil
	case "<", ">":
		return false, nil
	case "in":
		return strings.Contains(right, left), nil
	case "not in":
		return !strings.Contains(right, left), nil
	}
	return false, fmt.Errorf("marker %q: %s compares versions, and %q or %q is not one", c.text(false), operator, left, right)
}

// evaluateSet decides "name" in extras. Nothing of ours asks for dependency groups: that set is empty.
func (c *comparison) evaluateSet(env map[string]string, extra string) (bool, error) {
	name, err := c.left.lookUp(env, extra)
	if err != nil {
		return false, err
	}
	member := c.right.value == "extras" && extra != "" && NormalizeName(name) == extra
	return member == (c.operator == "in"), nil
}

func (o operand) lookUp(env map[string]string, extra string) (string, error) {
	if !o.variable {
		return o.value, nil
	}
	if o.value == "extra" {
		return extra, nil
	}
	value, known := env[o.value]
	if !known {
		return "", fmt.Errorf("the marker variable %s has no value here", o.value)
	}
	return value, nil
}
