package requirement

import (
	"errors"
	"slices"
	"strings"
)

// maxAlternatives bounds a Condition. Real ones have a handful; each "and" of two may multiply them.
const maxAlternatives = 200

// ErrTooManyAlternatives is what joining conditions gives whose markers are too different for one marker.
var ErrTooManyAlternatives = errors.New("the markers on the ways to it make more than 200 alternatives")

// Condition is a marker that can be joined with others: alternatives, of which one at least has to hold, each of
// comparisons that all have to hold. The zero Condition never holds.
type Condition struct {
	alternatives [][]string // each sorted; no one contains another
}

// Always is the condition without a marker.
func Always() Condition { return Condition{[][]string{{}}} }

// Chosen are the names for which a marker is decided before there is an interpreter: those of extras and, by PEP 751, of
// dependency groups. All other names are not chosen.
type Chosen struct {
	// Extras are compared with the variables "extra" and "extras".
	Extras []string
	// Groups are compared with the variable "dependency_groups".
	Groups []string
}

// ConditionOf makes a condition of a marker, with what it says of extras and groups decided. A nil Marker holds always.
func ConditionOf(m *Marker, chosen Chosen) (Condition, error) {
	if m == nil {
		return Always(), nil
	}
	return conditionOf(m.root, chosen)
}

func conditionOf(n node, chosen Chosen) (Condition, error) {
	j, ok := n.(*junction)
	if !ok {
		return n.(*comparison).condition(chosen), nil
	}
	joined := Condition{}
	join := Condition.Or
	if j.word == "and" {
		joined, join = Always(), Condition.And
	}
	for _, term := range j.terms {
		next, err := conditionOf(term, chosen)
		if err != nil {
			return Condition{}, err
		}
		if joined, err = join(joined, next); err != nil {
			return Condition{}, err
		}
	}
	return joined, nil
}

// condition decides a comparison of extras or groups, and keeps every other one.
func (c *comparison) condition(chosen Chosen) Condition {
	variable, text := c.left, c.right
	if !variable.variable || isSet(c.right) {
		variable, text = c.right, c.left
	}
	names := chosen.Extras
	switch {
	case variable.value == "dependency_groups":
		names = chosen.Groups
	case variable.value != "extra" && variable.value != "extras":
		return Condition{[][]string{{c.text(false)}}}
	}
	isChosen := slices.ContainsFunc(names, func(name string) bool { return NormalizeName(name) == text.value })
	negated := c.operator == "!=" || c.operator == "not in"
	if isChosen != negated {
		return Always()
	}
	return Condition{}
}

// Never says whether the condition holds nowhere.
func (c Condition) Never() bool { return len(c.alternatives) == 0 }

// Or holds where one of the two does.
func (c Condition) Or(other Condition) (Condition, error) {
	return simplest(append(slices.Clone(c.alternatives), other.alternatives...))
}

// And holds where both do.
func (c Condition) And(other Condition) (Condition, error) {
	if len(c.alternatives)*len(other.alternatives) > maxAlternatives*maxAlternatives {
		return Condition{}, ErrTooManyAlternatives
	}
	var all [][]string
	for _, a := range c.alternatives {
		for _, b := range other.alternatives {
			all = append(all, slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...)))))
		}
	}
	return simplest(all)
}

// simplest leaves out each alternative that another one makes needless.
func simplest(all [][]string) (Condition, error) {
	slices.SortFunc(all, func(a, b []string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.Compare(a, b)
	})
	var kept [][]string
	for _, a := range all {
		if !slices.ContainsFunc(kept, func(k []string) bool { return isSubset(k, a) }) {
			kept = append(kept, a)
		}
		if len(kept) > maxAlternatives {
			return Condition{}, ErrTooManyAlternatives
		}
	}
	return Condition{kept}, nil
}

// isSubset says whether all of part is in whole; both are sorted.
func isSubset(part, whole []string) bool {
	for _, text := range part {
		if _, found := slices.BinarySearch(whole, text); !found {
			return false
		}
	}
	return true
}

// Equal says whether two conditions are made of the same comparisons.
func (c Condition) Equal(other Condition) bool {
	return slices.EqualFunc(c.alternatives, other.alternatives, slices.Equal[[]string])
}

// Marker gives the marker of a condition, nil for one that always holds. A condition that never holds has none: ask Never
// first.
func (c Condition) Marker() (*Marker, error) {
	var texts []string
	for _, a := range c.alternatives {
		if len(a) == 0 {
			return nil, nil
		}
		texts = append(texts, strings.Join(a, " and "))
	}
	return ParseMarker(strings.Join(texts, " or "))
}
