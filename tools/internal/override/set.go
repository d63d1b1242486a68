package override

import (
	"fmt"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Set is all overrides that count for one project. A nil Set changes nothing.
type Set struct {
	directives []directive
	applied    map[int]bool // by index: what has met something
}

// NewSet combines overrides. For a name that one of the project's own speaks of, those for all projects do not count; two of
// the same rank that speak of one name are an error, unless both only constrain it.
func NewSet(overrides []Override) (*Set, error) {
	s := &Set{applied: map[int]bool{}}
	var own, general []directive
	for i := range overrides {
		o := &overrides[i]
		found, err := o.directives()
		if err != nil {
			return nil, err
		}
		level := &own
		if o.AllProjects {
			level = &general
		}
		if err := checkBetween(*level, found); err != nil {
			return nil, err
		}
		*level = append(*level, found...)
	}
	for _, d := range general {
		if !slices.ContainsFunc(own, func(o directive) bool { return o.name == d.name }) {
			s.directives = append(s.directives, d)
		}
	}
	s.directives = append(s.directives, own...)
	return s, nil
}

// checkBetween refuses two overrides of one rank that say different things about one name: their order has no meaning.
func checkBetween(before, now []directive) error {
	for _, a := range before {
		for _, b := range now {
			if a.name != b.name || a.verb == b.verb && a.requirement.String() == b.requirement.String() {
				continue
			}
			if a.constraint() && b.constraint() || a.verb == adds && b.verb == adds {
				continue
			}
			return b.from.errorf(fmt.Sprintf("%s: %s also speaks of %s: %s", b, a.from.Label, a.name, a), "say all that is said of one name in one override")
		}
	}
	return nil
}

func (d directive) constraint() bool { return d.verb == constrains || d.verb == matches }

// each calls f for the directives of this name and these verbs.
func (s *Set) each(name string, f func(i int, d directive), verbs ...verb) {
	if s == nil {
		return
	}
	name = requirement.NormalizeName(name)
	for i, d := range s.directives {
		if d.name == name && slices.Contains(verbs, d.verb) {
			f(i, d)
		}
	}
}

// Requires gives what is asked for in the place of these requirements: of a project, of its hooks, or of a distribution.
func (s *Set) Requires(asked []requirement.Requirement) []requirement.Requirement {
	if s == nil || len(s.directives) == 0 {
		return asked
	}
	var out []requirement.Requirement
	for _, r := range asked {
		out = append(out, s.inPlaceOf(r)...)
	}
	return out
}

// inPlaceOf gives what is asked for in the place of one requirement. What asks for it under an extra goes on doing so.
func (s *Set) inPlaceOf(r requirement.Requirement) []requirement.Requirement {
	out := []requirement.Requirement{r}
	first := true
	s.each(r.Name, func(i int, d directive) {
		s.applied[i] = true
		if first {
			out, first = nil, false
		}
		switch d.verb {
		case relaxes:
			r.Specifier, r.URL = requirement.Specifier{}, ""
			out = append(out, r)
		case replaces:
			by := d.requirement
			by.Marker = r.Marker.OnExtras().And(by.Marker)
			out = append(out, by)
		}
	}, replaces, removes, relaxes)
	return out
}

// Added are the requirements that the project has besides its own.
func (s *Set) Added() []requirement.Requirement {
	var out []requirement.Requirement
	if s == nil {
		return nil
	}
	for i, d := range s.directives {
		if d.verb == adds {
			s.applied[i] = true
			out = append(out, d.requirement)
		}
	}
	return out
}

// Constraint bounds the versions of what is there, and asks for nothing.
type Constraint struct {
	Requirement requirement.Requirement
	// By says who constrains.
	By string
}

// Constraints are the bounds of versions, those that come from what the project runs with among them.
func (s *Set) Constraints() []Constraint {
	var out []Constraint
	if s == nil {
		return nil
	}
	for _, d := range s.directives {
		if d.constraint() {
			out = append(out, Constraint{d.requirement, fmt.Sprintf("%s of %s", d.verb, d.from.Label)})
		}
	}
	return out
}

// Replaced are the requirements that count for their names wherever a distribution asks for these, for a resolver: that of
// a relaxed name asks for the extras that the project asks for.
func (s *Set) Replaced(project []requirement.Requirement) []requirement.Requirement {
	var out []requirement.Requirement
	if s == nil {
		return nil
	}
	for _, d := range s.directives {
		switch d.verb {
		case replaces:
			out = append(out, d.requirement)
		case relaxes:
			r := requirement.Requirement{Name: d.name}
			for _, asked := range project {
				if requirement.NormalizeName(asked.Name) == d.name {
					r.Extras = append(r.Extras, asked.Extras...)
				}
			}
			slices.Sort(r.Extras)
			r.Extras = slices.Compact(r.Extras)
			out = append(out, r)
		}
	}
	return out
}

// Removed are the names of which no requirement counts, for a resolver.
func (s *Set) Removed() []string {
	var out []string
	if s == nil {
		return nil
	}
	for _, d := range s.directives {
		if d.verb == removes {
			out = append(out, d.name)
		}
	}
	return out
}

// Violated holds distributions against the constraints: a problem for each that has a version out of bounds. Markers are
// evaluated with env.
func (s *Set) Violated(have []requirement.Distribution, env map[string]string) []requirement.Problem {
	var problems []requirement.Problem
	for _, d := range have {
		s.each(d.Name, func(i int, c directive) {
			s.applied[i] = true
			for _, problem := range requirement.Check([]requirement.Requirement{c.requirement}, []requirement.Distribution{{Name: d.Name, Version: d.Version}}, env) {
				problem.WantedBy = fmt.Sprintf("%s of %s", c.verb, c.from.Label)
				problems = append(problems, problem)
			}
		}, constrains, matches)
	}
	return problems
}

// Lines say what is overridden, one directive a line, for a log.
func (s *Set) Lines() []string {
	var out []string
	if s == nil {
		return nil
	}
	for _, d := range s.directives {
		out = append(out, d.String())
	}
	return out
}

// Unused are the directives that have met nothing so far. That is no error: what hooks ask for differs from machine to
// machine, and what is for all projects fits few of them. It is worth a line.
func (s *Set) Unused() []string {
	var out []string
	if s == nil {
		return nil
	}
	for i, d := range s.directives {
		if !s.applied[i] {
			out = append(out, d.String())
		}
	}
	return out
}
