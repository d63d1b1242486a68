package lock

import (
	"fmt"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// merge joins entries that say the same twice, as files that include each other do, and refuses entries that
// contradict each other. Entries of one name whose markers differ are what a lock for several platforms consists of;
// whether two such markers hold together is known only where the interpreter is.
func (r *reader) merge() error {
	byName := map[string][]int{}
	var merged []Package
	for _, pkg := range r.lock.Packages {
		same := -1
		for _, i := range byName[pkg.Name] {
			other := merged[i]
			sameMarker := other.Marker.String() == pkg.Marker.String()
			if !sameMarker && other.Marker != nil && pkg.Marker != nil {
				continue
			}
			if !samePin(other, pkg) {
				return contradiction(other, pkg)
			}
			if sameMarker {
				same = i
			}
		}
		if same < 0 {
			byName[pkg.Name] = append(byName[pkg.Name], len(merged))
			merged = append(merged, pkg)
			continue
		}
		first := &merged[same]
		first.Extras = slices.Compact(slices.Sorted(slices.Values(append(first.Extras, pkg.Extras...))))
		for _, f := range pkg.Files {
			if !slices.ContainsFunc(first.Files, func(g File) bool { return equalFiles(f, g) }) {
				first.Files = append(first.Files, f)
			}
		}
	}
	r.lock.Packages = merged
	return r.checkWheels()
}

func samePin(a, b Package) bool {
	if a.DirectURL != b.DirectURL {
		return false
	}
	return a.DirectURL != "" || sameVersion(a.Version, b.Version)
}

func equalFiles(a, b File) bool {
	return a.Name == b.Name && a.SHA256 == b.SHA256 && fmt.Sprint(a.Hashes) == fmt.Sprint(b.Hashes)
}

func contradiction(first, second Package) error {
	pin := func(p Package) string {
		if p.DirectURL != "" {
			return p.Name + " @ " + p.DirectURL
		}
		return p.Name + "==" + p.Version
	}
	message := fmt.Sprintf("%s contradicts %s at %s:%d", pin(second), pin(first), first.Source, first.Line)
	if first.Marker.String() == second.Marker.String() && first.Marker != nil {
		message += ": their markers are the same"
	} else {
		message += ": both count in the same environment"
	}
	return &Error{File: second.Source, Line: second.Line, Message: message, Fix: "keep one of them, or " + fixLock}
}

// constraint is one line of a file that -c names: it adds nothing, and limits the versions of what is there.
type constraint struct {
	requirement requirement.Requirement
	file        string
	line        int
}

func (p *pipFile) constraint(l logicalLine, text string) error {
	parsed, err := requirement.Parse(text)
	if err != nil {
		return p.errorf(l.line, "write constraints as NAME, version specifier and marker", "not a constraint: %v", err)
	}
	p.constraints = append(p.constraints, constraint{requirement: parsed, file: p.file, line: l.line})
	return nil
}

// checkConstraints compares every entry with the constraints for its name. Where both have markers and these differ,
// only the interpreter could tell whether they meet; such a pair is left alone.
func (r *reader) checkConstraints() error {
	byName := map[string][]constraint{}
	for _, c := range r.constraints {
		name := requirement.NormalizeName(c.requirement.Name)
		byName[name] = append(byName[name], c)
	}
	for _, pkg := range r.lock.Packages {
		for _, c := range byName[pkg.Name] {
			marker := c.requirement.Marker
			if marker != nil && marker.String() != pkg.Marker.String() {
				continue
			}
			version, err := requirement.ParseVersion(pkg.Version)
			if err == nil && c.requirement.URL == "" && !c.requirement.Specifier.Contains(version, true) {
				return &Error{File: pkg.Source, Line: pkg.Line, Fix: fixLock,
					Message: fmt.Sprintf("%s==%s contradicts the constraint %s at %s:%d", pkg.Name, pkg.Version, c.requirement, c.file, c.line)}
			}
		}
	}
	return nil
}
