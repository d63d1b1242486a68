package lock

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Wheel is a distribution that has no entry: a target of the lock's own repository builds it (BE-8). In pip's format it is
// a comment, "# wheel: NAME //PACKAGE:TARGET"; in a pylock.toml it is an item of the table [tool.rules_pyproject.wheels].
type Wheel struct {
	// Name is the normalised name of the distribution. Its version is known when it is built.
	Name string
	// Label is the target, as "//PACKAGE:TARGET" or "//PACKAGE".
	Label string
	// Source is the path of the file that says so, relative to the root, and Line its line; 0 if that is not known.
	Source string
	Line   int
}

// target is a label in the lock's own repository.
var target = regexp.MustCompile(`^//[A-Za-z0-9/._@+=~!#$%&,()^-]*(:[A-Za-z0-9/._@+=~!#$%&,()^-]+)?$`)

// wheelComment takes "# wheel: NAME LABEL" apart. Other comments that begin with "wheel:" are left alone.
func wheelComment(text string) (name, label string, found bool) {
	content, found := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(text, "#")), "wheel:")
	fields := strings.Fields(content)
	if !found || len(fields) != 2 {
		return "", "", false
	}
	return fields[0], fields[1], true
}

// wheel remembers a distribution that a target builds.
func (r *reader) wheel(w Wheel) error {
	at := func(message string) error {
		return &Error{File: w.Source, Line: w.Line, Message: message, Fix: fixLock}
	}
	if !requirement.ValidName(w.Name) {
		return at(fmt.Sprintf("%q is not the name of a project", w.Name))
	}
	if !target.MatchString(w.Label) {
		return at(fmt.Sprintf("%q is not the label of a target in this repository, as //PACKAGE:TARGET", w.Label))
	}
	w.Name = requirement.NormalizeName(w.Name)
	for _, other := range r.lock.Wheels {
		if other.Name == w.Name && other.Label == w.Label {
			return nil
		}
		if other.Name == w.Name {
			return at(fmt.Sprintf("%s is built by %s here and by %s at %s", w.Name, w.Label, other.Label, place(other.Source, other.Line)))
		}
	}
	r.lock.Wheels = append(r.lock.Wheels, w)
	return nil
}

// wheelTable reads the table of a pylock.toml.
func (r *reader) wheelTable(file string, wheels map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(wheels)) {
		if err := r.wheel(Wheel{Name: name, Label: wheels[name], Source: file}); err != nil {
			return err
		}
	}
	return nil
}

// checkWheels refuses an entry beside a target: it would not be known which of them is meant.
func (r *reader) checkWheels() error {
	for _, w := range r.lock.Wheels {
		for _, pkg := range r.lock.Packages {
			if pkg.Name == w.Name {
				return &Error{File: pkg.Source, Line: pkg.Line, Fix: "keep one of them, or " + fixLock,
					Message: fmt.Sprintf("%s is locked here, and built by %s at %s", pkg.Name, w.Label, place(w.Source, w.Line))}
			}
		}
	}
	return nil
}

// place is file and line as messages have them.
func place(file string, line int) string {
	if line > 0 {
		return fmt.Sprintf("%s:%d", file, line)
	}
	return file
}

func sortedWheels(l *Lock) []Wheel {
	return slices.SortedFunc(slices.Values(l.Wheels), func(a, b Wheel) int { return strings.Compare(a.Name, b.Name) })
}

// writeWheels writes them in the format of the lock.
func writeWheels(w io.Writer, l *Lock, format Format) {
	if len(l.Wheels) == 0 {
		return
	}
	if format == FormatPip {
		fmt.Fprintln(w)
		for _, wheel := range sortedWheels(l) {
			fmt.Fprintf(w, "# wheel: %s %s\n", wheel.Name, wheel.Label)
		}
		return
	}
	fmt.Fprint(w, "\n[tool.rules_pyproject.wheels]\n")
	for _, wheel := range sortedWheels(l) {
		fmt.Fprintf(w, "%s = %s\n", quote(wheel.Name), quote(wheel.Label))
	}
}
