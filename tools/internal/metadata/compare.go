package metadata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Difference is a field that an sdist fixed and a wheel has otherwise: the values of each, as written.
type Difference struct {
	Field        string
	SDist, Wheel []string
}

// String says which promise of PKG-INFO the wheel breaks, showing both sides (SDIST-3).
func (d Difference) String() string {
	return fmt.Sprintf("%s is not that of the sdist, whose PKG-INFO does not call it Dynamic:\n      PKG-INFO: %s\n      METADATA: %s",
		d.Field, shorten(d.SDist), shorten(d.Wheel))
}

// shorten keeps a long description from burying the message.
func shorten(values []string) string {
	const most = 600
	text := strings.Join(values, ", ")
	switch {
	case len(values) == 0:
		return `"(none)"`
	case len(text) > most:
		return fmt.Sprintf("%.*q… (%d bytes)", most, text, len(text))
	}
	return fmt.Sprintf("%q", text)
}

// Static says whether PKG-INFO promises anything: from Metadata-Version 2.2 on each field that is not called Dynamic is
// final (PEP 643).
func (m Metadata) Static() bool { return m.AtLeast(2, 2) }

// Differences lists what breaks the promise that an sdist's PKG-INFO makes for each wheel built from it (PEP 643): Name,
// Version, and every field that is not Dynamic. PKG-INFO older than 2.2 promises nothing but name and version.
//
// Values are compared by what they mean. Fields that may occur several times are sets; requirements, names and
// versions are compared as such; white space at the ends of lines does not count. The fields about the metadata itself
// (Metadata-Version, Dynamic) may differ, and so may License-File below 2.4, where no document defines it.
func Differences(sdist, wheel Metadata) []Difference {
	var differences []Difference
	for _, field := range comparedFields(sdist, wheel) {
		if field == "license-file" && !(sdist.AtLeast(2, 4) && wheel.AtLeast(2, 4)) {
			continue
		}
		fixed := field == "name" || field == "version" || sdist.Static() && !sdist.IsDynamic(field)
		if fixed && !sameField(field, sdist, wheel) {
			differences = append(differences, Difference{Field: spelling(field), SDist: sdist.values(field), Wheel: wheel.values(field)})
		}
	}
	return differences
}

func sameField(field string, sdist, wheel Metadata) bool {
	if field == "version" {
		return SameVersion(sdist.Version(), wheel.Version())
	}
	return slices.Equal(sdist.meaning(field), wheel.meaning(field))
}

// comparedFields lists the fields of both in lower case: name and version first, the others in the order of the first.
func comparedFields(sdist, wheel Metadata) []string {
	fields := []string{"name", "version"}
	seen := map[string]bool{"name": true, "version": true, "metadata-version": true, "dynamic": true, "description": true}
	for _, m := range []Metadata{sdist, wheel} {
		for _, field := range m.Fields {
			if name := strings.ToLower(field.Name); !seen[name] {
				seen[name] = true
				fields = append(fields, name)
			}
		}
	}
	return append(fields, "description")
}

// values are a field's values as written; a description may stand in the body.
func (m Metadata) values(field string) []string {
	if field != "description" {
		return m.All(field)
	}
	if text := m.Description(); text != "" {
		return []string{text}
	}
	return nil
}

// meaning are a field's values in the form that is compared: normalised, sorted, each once.
func (m Metadata) meaning(field string) []string {
	var out []string
	for _, value := range m.values(field) {
		if value = normalise(field, value); value != "" {
			out = append(out, value)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func normalise(field, value string) string {
	switch field {
	case "name", "provides-extra":
		return requirement.NormalizeName(value)
	case "requires-dist":
		if r, err := requirement.Parse(value); err == nil {
			return canonical(r)
		}
	case "requires-python":
		if s, err := requirement.ParseSpecifier(value); err == nil {
			return sorted(s)
		}
	case "keywords":
		words := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
		slices.Sort(words)
		return strings.Join(words, ",")
	case "project-url":
		label, url, _ := strings.Cut(value, ",")
		return strings.TrimSpace(label) + ", " + strings.TrimSpace(url)
	}
	// Folded lines are indented by as much as the writer liked.
	lines := strings.Split(value, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// canonical writes a requirement in one form: normalised name, comparisons sorted.
func canonical(r requirement.Requirement) string {
	clauses := sorted(r.Specifier)
	r.Name, r.Specifier = requirement.NormalizeName(r.Name), requirement.Specifier{}
	return r.String() + " " + clauses
}

func sorted(s requirement.Specifier) string {
	clauses := strings.Split(s.String(), ",")
	slices.Sort(clauses)
	return strings.Join(clauses, ",")
}

// spelling is the field's name as the core metadata specification writes it.
func spelling(field string) string {
	parts := strings.Split(field, "-")
	for i, part := range parts {
		if part == "url" {
			parts[i] = "URL"
		} else if part != "" {
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "-")
}
