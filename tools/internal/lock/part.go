package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Part names the part of a lock that holds the build requirements: groups and extras, united. The zero Part is all of it.
type Part struct {
	// Project is the name of the project whose groups and extras are meant, where the lock has several. Empty means the
	// only one that has them.
	Project string
	// Groups are names of dependency groups.
	Groups []string
	// Extras are names of extras.
	Extras []string
}

// IsAll says whether all of a lock is meant.
func (p Part) IsAll() bool { return len(p.Groups) == 0 && len(p.Extras) == 0 }

func (p Part) chosen() requirement.Chosen {
	return requirement.Chosen{Extras: p.Extras, Groups: p.Groups}
}

// ofPylock is the part of a pylock.toml: what is named, or the groups that it calls its defaults.
func (p Part) ofPylock(file string, doc pylockDocument) (requirement.Chosen, error) {
	if p.IsAll() {
		return requirement.Chosen{Groups: doc.DefaultGroups}, nil
	}
	if err := p.among(file, doc.Groups, doc.Extras); err != nil {
		return requirement.Chosen{}, err
	}
	return p.chosen(), nil
}

// among refuses names that the lock does not have.
func (p Part) among(file string, groups, extras []string) error {
	for _, kind := range []struct {
		noun        string
		named, have []string
	}{{"group", p.Groups, groups}, {"extra", p.Extras, extras}} {
		for _, name := range kind.named {
			if !hasName(kind.have, name) {
				return &Error{File: file, Message: fmt.Sprintf("the lock has no %s %s; it has %s", kind.noun, name, listed(kind.noun, kind.have)),
					Fix: "name another one in lock_group, or add it to pyproject.toml and lock again"}
			}
		}
	}
	return nil
}

func hasName(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return requirement.NormalizeName(n) == requirement.NormalizeName(name) })
}

func listed(noun string, names []string) string {
	if len(names) == 0 {
		return "no " + noun
	}
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

// walk follows what is required, from the roots on, and gives for each package the condition under which it is reached.
// Packages are numbers; edges says where a node leads to.
func walk(roots []edge, edges func(node) ([]edge, error)) (map[int]requirement.Condition, error) {
	reached := map[node]requirement.Condition{}
	byPackage := map[int]requirement.Condition{}
	waiting := slices.Clone(roots)
	for len(waiting) > 0 {
		next := waiting[0]
		waiting = waiting[1:]
		grown, err := reached[next.to].Or(next.when)
		if err != nil {
			return nil, err
		}
		if grown.Equal(reached[next.to]) {
			continue
		}
		reached[next.to] = grown
		if byPackage[next.to.pkg], err = byPackage[next.to.pkg].Or(grown); err != nil {
			return nil, err
		}
		out, err := edges(next.to)
		if err != nil {
			return nil, err
		}
		for _, e := range out {
			when, err := next.when.And(e.when)
			if err != nil {
				return nil, err
			}
			if !when.Never() {
				waiting = append(waiting, edge{e.to, when})
			}
		}
	}
	return byPackage, nil
}

// node is a package, or what one of its extras adds to it.
type node struct {
	pkg   int
	extra string
}

// edge leads to a node where its condition holds.
type edge struct {
	to   node
	when requirement.Condition
}
