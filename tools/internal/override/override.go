// Package override is what a user says about build requirements in the place of those who wrote them (BE-6): a
// requirement is replaced, added, removed or relaxed, versions are constrained, or are those that the project runs with.
//
// An Override is what one target says; a Set is all of them that count for one project, and what resolves, checks and logs
// asks it. Everything goes by names: for a name that a project's own overrides speak of, those for all projects do not count.
// It changes no lock and no metadata: it changes what is asked for, in the project, by its hooks, and by the locked
// distributions alike.
package override

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Override is what one target, or MODULE.bazel, says.
type Override struct {
	// Label is who says it, for messages.
	Label string `json:"label"`
	// AllProjects says that it is for all projects, so that any project's own are stronger.
	AllProjects bool `json:"all_projects,omitempty"`
	// Replace are requirements (PEP 508) that take the place of every requirement of their name.
	Replace []string `json:"replace,omitempty"`
	// Add are requirements of the project beside those that it has.
	Add []string `json:"add,omitempty"`
	// Remove are names of which no requirement counts.
	Remove []string `json:"remove,omitempty"`
	// Relax are names of which any version will do.
	Relax []string `json:"relax,omitempty"`
	// Constraints are requirements that bound versions of what is there, and ask for nothing.
	Constraints []string `json:"constraints,omitempty"`
	// MatchRuntime are names whose version has to be that of the lock that the project runs with.
	MatchRuntime []string `json:"match_runtime,omitempty"`
	// RuntimeLock is the path of that lock.
	RuntimeLock string `json:"-"`
}

// Parse reads an Override from JSON.
func Parse(text string) (Override, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var o Override
	if err := decoder.Decode(&o); err != nil {
		return o, fmt.Errorf("read override: %w", err)
	}
	if decoder.More() {
		return o, fmt.Errorf("read override: something follows the JSON object")
	}
	return o, nil
}

// verb is what a directive does.
type verb string

const (
	replaces   verb = "replace"
	adds       verb = "add"
	removes    verb = "remove"
	relaxes    verb = "relax"
	constrains verb = "constraint"
	matches    verb = "match_runtime"
)

// directive is one line of an Override.
type directive struct {
	verb        verb
	name        string // normalised
	requirement requirement.Requirement
	from        *Override
}

// String is the directive as its user knows it.
func (d directive) String() string {
	text := d.requirement.String()
	if d.verb == matches {
		text = fmt.Sprintf("%s, as in %s", text, filepath.Base(d.from.RuntimeLock))
	}
	return fmt.Sprintf("%s %s (%s)", d.verb, text, d.from.Label)
}

// directives parses an Override; what contradicts itself is an error.
func (o *Override) directives() ([]directive, error) {
	var all []directive
	for _, part := range []struct {
		verb  verb
		texts []string
	}{{replaces, o.Replace}, {adds, o.Add}, {removes, o.Remove}, {relaxes, o.Relax}, {constrains, o.Constraints}} {
		for _, text := range part.texts {
			d, err := o.directive(part.verb, text)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	matching, err := o.matching()
	if err != nil {
		return nil, err
	}
	all = append(all, matching...)
	return all, o.checkContradictions(all)
}

func (o *Override) directive(v verb, text string) (directive, error) {
	fail := func(cause, fix string) (directive, error) {
		return directive{}, o.errorf(fmt.Sprintf("%s = [%q]: %s", attribute(v), text, cause), fix)
	}
	r, err := requirement.Parse(text)
	if err != nil {
		return fail(fmt.Sprintf("it is not a requirement: %v", err), `write a PEP 508 requirement, such as "setuptools<81"`)
	}
	bare := r.URL == "" && len(r.Extras) == 0 && r.Marker == nil
	switch {
	case (v == removes || v == relaxes) && (!bare || len(r.Specifier.Clauses()) > 0):
		return fail("a name is expected, and nothing else", fmt.Sprintf("write %q; replace is for another version, extra or marker", r.Name))
	case v == constrains && (r.URL != "" || len(r.Extras) > 0):
		return fail("a constraint bounds versions, and has neither a URL nor extras", fmt.Sprintf("put it into replace: it takes the place of every requirement of %s", r.Name))
	}
	return directive{verb: v, name: requirement.NormalizeName(r.Name), requirement: r, from: o}, nil
}

// attribute is the name of the list that a directive stands in.
func attribute(v verb) string {
	if v == constrains {
		return "constraints"
	}
	return string(v)
}

// matching gives a constraint for each entry of the run-time lock that is of one of the names.
func (o *Override) matching() ([]directive, error) {
	if len(o.MatchRuntime) == 0 {
		return nil, nil
	}
	if o.RuntimeLock == "" {
		return nil, o.errorf(fmt.Sprintf("match_runtime = %q needs to know what the project runs with", o.MatchRuntime), "name its lock in runtime_lock")
	}
	root, name := filepath.Split(o.RuntimeLock)
	if root == "" {
		root = "."
	}
	runtime, err := lock.Read(root, name)
	if err != nil {
		return nil, o.errorf(fmt.Sprintf("runtime_lock: %v", err), "name a lock with hashes, such as the requirements_lock of rules_python's pip.parse")
	}
	var all []directive
	for _, text := range o.MatchRuntime {
		d, err := o.directive(matches, text)
		if err != nil {
			return nil, err
		}
		found := len(all)
		for _, p := range runtime.Packages {
			if p.Name != d.name || p.Version == "" {
				continue
			}
			pin, err := requirement.ParseSpecifier("==" + p.Version)
			if err != nil {
				return nil, o.errorf(fmt.Sprintf("runtime_lock: %s: %v", p.Name, err), "lock what the project runs with again")
			}
			d.requirement.Specifier, d.requirement.Marker = pin, p.Marker
			all = append(all, d)
		}
		if len(all) == found {
			return nil, o.errorf(fmt.Sprintf("match_runtime = [%q]: %s has nothing of that name with a version", text, name),
				"add it to what the project runs with, or take it out of match_runtime")
		}
	}
	return all, nil
}

// checkContradictions refuses two directives for one name that can't both be meant.
func (o *Override) checkContradictions(all []directive) error {
	for i, first := range all {
		for _, second := range all[i+1:] {
			if first.name != second.name {
				continue
			}
			if cause, fix := contradiction(first, second); cause != "" {
				return o.errorf(cause, fix)
			}
		}
	}
	return nil
}

// contradiction says why two directives for one name exclude each other; the first stands in an earlier list or place.
func contradiction(a, b directive) (cause, fix string) {
	verbs := []verb{a.verb, b.verb}
	is := func(v verb) bool { return slices.Contains(verbs, v) }
	switch {
	case a.verb == replaces && b.verb == replaces:
		if a.requirement.Marker != nil && b.requirement.Marker != nil {
			return "", ""
		}
		return fmt.Sprintf("%s is replaced twice, by %q and by %q", a.name, a.requirement, b.requirement), "keep one of them, or give both a marker, of which one holds at a time"
	case is(removes) && a.verb != b.verb:
		if is(adds) {
			return fmt.Sprintf("%s is removed and added", a.name), "put it into replace alone: it takes the place of what is there"
		}
		return fmt.Sprintf("%s is in remove and in %s, and nothing of it is left after remove", a.name, attribute(other(verbs, removes))), "keep it in one of them"
	case is(adds) && (is(replaces) || is(relaxes)), is(replaces) && is(relaxes):
		return fmt.Sprintf("%s is in %s and in %s", a.name, attribute(a.verb), attribute(b.verb)), "keep it in one of them: replace says all that is asked of a name"
	}
	return "", ""
}

func other(verbs []verb, v verb) verb {
	if verbs[0] == v {
		return verbs[1]
	}
	return verbs[0]
}

// errorf names who says it, the cause and the cure.
func (o *Override) errorf(cause, fix string) error {
	return fmt.Errorf("override %s: %s\nPossible fixes:\n  - %s", o.Label, cause, fix)
}
