package repository

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Wanted is a requirement, and who has it.
type Wanted struct {
	Requirement requirement.Requirement
	By          string
	// IfThere says that the requirement only constrains: what is not locked satisfies it.
	IfThere bool
}

// Unsatisfied holds requirements against a lock, for every Python from the oldest one on and for every platform that
// environments are declared for (REQ-4). It gives a line for each requirement that an entry is missing for, or has
// another version; none is good. What only an interpreter or the distributions themselves could tell is left to the
// build: markers on the machine's release, and what the locked distributions require.
func Unsatisfied(l *lock.Lock, wanted []Wanted, oldest string) ([]string, error) {
	machines, err := machinesFrom(oldest)
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, w := range wanted {
		found := map[string][]machine{}
		var order []string
		asked := 0
		for _, m := range machines {
			if !m.mayHold(w.Requirement.Marker) {
				continue
			}
			asked++
			what := m.found(l, w.Requirement)
			if what == notLocked && w.IfThere {
				continue
			}
			if what != "" {
				if found[what] == nil {
					order = append(order, what)
				}
				found[what] = append(found[what], m)
			}
		}
		for _, what := range order {
			where := ""
			if len(found[what]) < asked {
				where = ", for " + summary(found[what])
			}
			problem := requirement.Problem{Wanted: w.Requirement, WantedBy: w.By, Found: what}
			problems = append(problems, problem.String()+where)
		}
	}
	return problems, nil
}

// machine is one Python, in a full version, on one platform.
type machine struct {
	python    string // minor version
	platform  string
	version   requirement.Version
	variables map[string]string
}

// machinesFrom lists what stands for all that a marker can ask for. Candidates of releases are not among them: they are
// neither older than their release nor, to PEP 440, at least as new, so that universal locks have holes there.
func machinesFrom(oldest string) ([]machine, error) {
	first, err := requirement.ParseVersion(oldest)
	if err != nil {
		return nil, fmt.Errorf("the oldest Python %q is not a version: %w", oldest, err)
	}
	targets, err := Hub{}.targets()
	if err != nil {
		return nil, err
	}
	var machines []machine
	for _, t := range targets {
		for _, full := range t.memory.versions {
			version, err := requirement.ParseVersion(full)
			if err != nil || version.IsPrerelease() || version.Compare(first) < 0 {
				continue
			}
			machines = append(machines, machine{t.python, t.platform.name, version, t.markerVariables(full)})
		}
	}
	if len(machines) == 0 {
		return nil, fmt.Errorf("the oldest Python %s is newer than every Python that environments are declared for (up to %s)", oldest, pythons[len(pythons)-1])
	}
	return machines, nil
}

// mayHold says whether the marker holds, or only the machine itself could tell.
func (m machine) mayHold(marker *requirement.Marker) bool {
	holds, err := marker.Evaluate(m.variables, "")
	return holds || err != nil
}

// found says what there is in the place of what r asks for; "" where an entry satisfies it.
func (m machine) found(l *lock.Lock, r requirement.Requirement) string {
	if !l.RequiresPython.Contains(m.version, true) {
		return "a lock for Python " + l.RequiresPython.String()
	}
	if len(l.Environments) > 0 && !slices.ContainsFunc(l.Environments, m.mayHold) {
		return "a lock for other environments"
	}
	r.Marker = nil
	var others []string
	name := requirement.NormalizeName(r.Name)
	for _, p := range l.Packages {
		if p.Name != name || !m.mayHold(p.Marker) || !p.RequiresPython.Contains(m.version, true) {
			continue
		}
		problems := requirement.Check([]requirement.Requirement{r}, []requirement.Distribution{pinned(p)}, m.variables)
		if len(problems) == 0 {
			return ""
		}
		others = append(others, fmt.Sprintf("%s (%s:%d)", problems[0].Found, p.Source, p.Line))
	}
	if slices.ContainsFunc(l.Wheels, func(w lock.Wheel) bool { return w.Name == name }) {
		return "" // which version it has is known when it is built
	}
	if len(others) == 0 {
		return notLocked
	}
	return strings.Join(others, " and ")
}

// notLocked is found where no entry has the name.
const notLocked = "nothing of that name"

// pinned is what an entry of a lock says of a distribution. What that requires is not in a lock.
func pinned(p lock.Package) requirement.Distribution {
	d := requirement.Distribution{Name: p.Name, Version: p.Version, DirectURL: p.DirectURL}
	if p.DirectURL != "" && len(p.Files) == 1 {
		d.Hash = p.Files[0].SHA256
	}
	return d
}

// summary names machines by Python and platform, each once.
func summary(machines []machine) string {
	var versions, names []string
	for _, m := range machines {
		if !slices.Contains(versions, m.python) {
			versions = append(versions, m.python)
		}
		if !slices.Contains(names, m.platform) {
			names = append(names, m.platform)
		}
	}
	text := "Python " + strings.Join(versions, ", ")
	if len(names) < len(platforms) {
		text += " on " + strings.Join(names, ", ")
	}
	return text
}
