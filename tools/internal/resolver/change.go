package resolver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// Changes says what a new lock has otherwise than the old one, one line for each distribution, sorted. A nil old lock had
// nothing.
func Changes(old, changed *lock.Lock) []string {
	before, after := versions(old), versions(changed)
	var lines []string
	for name, now := range after {
		was := before[name]
		switch {
		case was == "":
			lines = append(lines, fmt.Sprintf("added    %s %s", name, now))
		case was != now:
			lines = append(lines, fmt.Sprintf("changed  %s %s, was %s", name, now, was))
		}
	}
	for name, was := range before {
		if after[name] == "" {
			lines = append(lines, fmt.Sprintf("removed  %s %s", name, was))
		}
	}
	slices.Sort(lines)
	return lines
}

// versions gives the versions of each distribution as one text; a universal lock has several of some.
func versions(l *lock.Lock) map[string]string {
	if l == nil {
		return nil
	}
	all := map[string][]string{}
	for _, p := range l.Packages {
		version := p.Version
		if version == "" {
			version = p.DirectURL
		}
		all[p.Name] = append(all[p.Name], version)
	}
	for _, w := range l.Wheels {
		all[w.Name] = append(all[w.Name], "of "+w.Label)
	}
	texts := map[string]string{}
	for name, list := range all {
		slices.Sort(list)
		texts[name] = strings.Join(slices.Compact(list), " and ")
	}
	return texts
}
