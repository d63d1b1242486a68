package requirement

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLength bounds a requirement string; longer ones are refused before they are parsed.
const maxLength = 64 << 10

// Requirement is one PEP 508 requirement.
type Requirement struct {
	// Name is the project's name as it was written. NormalizeName makes it comparable.
	Name string
	// Extras are the normalised names of the extras that are asked for, sorted, each once.
	Extras []string
	// Specifier limits the versions. It is the zero Specifier where URL is set.
	Specifier Specifier
	// URL is set for "name @ URL" and holds the URL as it was written, with its fragment.
	URL string
	// Marker says in which environments the requirement counts. Nil means in all of them.
	Marker *Marker
}

// SyntaxError says what is wrong in a requirement, marker or specifier, and where.
type SyntaxError struct {
	// Input is the text that was parsed.
	Input string
	// Offset is the place of the error in Input, in bytes from its beginning.
	Offset int
	// Message says what is wrong or what was expected.
	Message string
}

// Error gives the text, the place, counted in characters from 1, and what is wrong there.
func (e *SyntaxError) Error() string {
	column := utf8.RuneCountInString(e.Input[:min(e.Offset, len(e.Input))]) + 1
	return fmt.Sprintf("%q, character %d: %s", abbreviate(e.Input), column, e.Message)
}

func abbreviate(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// Parse reads one PEP 508 requirement. An error is a *SyntaxError.
func Parse(s string) (Requirement, error) {
	c := &cursor{input: s}
	if len(s) > maxLength {
		return Requirement{}, c.errorf("a requirement of %d bytes is too long", len(s))
	}
	c.skipSpace()
	r := Requirement{}
	var err error
	if r.Name, err = c.name("a project name"); err != nil {
		return Requirement{}, err
	}
	c.skipSpace()
	if r.Extras, err = c.extras(); err != nil {
		return Requirement{}, err
	}
	c.skipSpace()
	if c.accept("@") {
		r.URL, err = c.url()
	} else {
		r.Specifier, err = c.specifierInParentheses()
	}
	if err != nil {
		return Requirement{}, err
	}
	c.skipSpace()
	if c.accept(";") {
		if r.Marker, err = c.marker(); err != nil {
			return Requirement{}, err
		}
	}
	if !c.done() {
		return Requirement{}, c.errorf("%s", c.expectedAfter(r))
	}
	return r, nil
}

// String writes the requirement so that Parse reads it again.
func (r Requirement) String() string {
	var b strings.Builder
	b.WriteString(r.Name)
	if len(r.Extras) > 0 {
		b.WriteString("[" + strings.Join(r.Extras, ",") + "]")
	}
	if r.URL != "" {
		b.WriteString(" @ " + r.URL)
	} else {
		b.WriteString(r.Specifier.String())
	}
	if r.Marker != nil {
		if r.URL != "" {
			b.WriteString(" ")
		}
		b.WriteString("; " + r.Marker.String())
	}
	return b.String()
}

// cursor walks over the text of a requirement.
type cursor struct {
	input  string
	offset int
}

func (c *cursor) errorf(format string, args ...any) error {
	return &SyntaxError{Input: c.input, Offset: c.offset, Message: fmt.Sprintf(format, args...)}
}

func (c *cursor) rest() string { return c.input[c.offset:] }

func (c *cursor) done() bool { return c.offset >= len(c.input) }

func (c *cursor) skipSpace() {
	for !c.done() && isSpace(c.input[c.offset]) {
		c.offset++
	}
}

// isSpace says whether c is white space in a requirement. PEP 508 has space and tab; ends of lines occur in
// the metadata of old distributions and in TOML strings of several lines, and other tools read them.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (c *cursor) accept(text string) bool {
	if !strings.HasPrefix(c.rest(), text) {
		return false
	}
	c.offset += len(text)
	return true
}

func (c *cursor) name(what string) (string, error) {
	start := c.offset
	for !c.done() && isNameByte(c.input[c.offset]) {
		c.offset++
	}
	name := c.input[start:c.offset]
	if ValidName(name) {
		return name, nil
	}
	c.offset = start
	if name == "" {
		return "", c.errorf("expected %s", what)
	}
	return "", c.errorf("%q is not %s: it has to begin and end with a letter or a digit", name, what)
}

func (c *cursor) extras() ([]string, error) {
	if !c.accept("[") {
		return nil, nil
	}
	var extras []string
	c.skipSpace()
	for !c.accept("]") {
		if len(extras) > 0 {
			if !c.accept(",") {
				return nil, c.errorf(`expected a comma or "]" after the extra %q`, extras[len(extras)-1])
			}
			c.skipSpace()
		}
		extra, err := c.name("the name of an extra")
		if err != nil {
			return nil, err
		}
		extras = append(extras, NormalizeName(extra))
		c.skipSpace()
	}
	slices.Sort(extras)
	return slices.Compact(extras), nil
}

func (c *cursor) url() (string, error) {
	c.skipSpace()
	start := c.offset
	for !c.done() && !isSpace(c.input[c.offset]) {
		c.offset++
	}
	url := c.input[start:c.offset]
	c2 := cursor{input: c.input, offset: start}
	if url == "" {
		return "", c2.errorf(`expected a URL after "@"`)
	}
	scheme, _, found := strings.Cut(url, ":")
	if !found || scheme == "" || strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+.-") != "" {
		return "", c2.errorf(`expected a URL with a scheme, such as https:// or file://, after "@"`)
	}
	return url, nil
}

func (c *cursor) specifierInParentheses() (Specifier, error) {
	if !c.accept("(") {
		return c.specifier()
	}
	c.skipSpace()
	specifier, err := c.specifier()
	if err != nil {
		return Specifier{}, err
	}
	c.skipSpace()
	if !c.accept(")") {
		return Specifier{}, c.errorf(`expected a comma or ")" after the version specifier`)
	}
	return specifier, nil
}

// specifier reads comparisons up to the first character that can't belong to one. A comma at the end is read, as
// packaging reads it: published metadata has it.
func (c *cursor) specifier() (Specifier, error) {
	var s Specifier
	for {
		operator := c.operator()
		if operator == "" {
			return s, nil
		}
		c.skipSpace()
		start := c.offset
		for !c.done() && !isSpace(c.input[c.offset]) && !c.endsVersion() {
			c.offset++
		}
		text := c.input[start:c.offset]
		after := c.offset
		c.offset = start
		if text == "" {
			return Specifier{}, c.errorf("expected a version after %s", operator)
		}
		clause, err := newClause(operator, text)
		if err != nil {
			return Specifier{}, c.errorf("%v", err)
		}
		c.offset = after
		s.clauses = append(s.clauses, clause)
		c.skipSpace()
		if !c.accept(",") {
			return s, nil
		}
		c.skipSpace()
	}
}

func (c *cursor) operator() string {
	for _, operator := range operators {
		if c.accept(operator) {
			return operator
		}
	}
	return ""
}

// endsVersion says whether the version ends before the cursor. The text after === may hold a comma in theory; no
// tool writes one, and pip reads it as the end, too.
func (c *cursor) endsVersion() bool {
	switch c.input[c.offset] {
	case ',', ';', ')', '(', '<', '>', '=', '~', '@', '[', ']', '"', '\'', '#':
		return true
	}
	return false
}

func (c *cursor) expectedAfter(r Requirement) string {
	switch {
	case r.Marker != nil:
		return `expected "and", "or" or the end of the marker`
	case r.URL != "":
		return `expected " ; " and a marker, or the end, after the URL`
	case len(r.Specifier.clauses) > 0:
		return "expected a comma and a further version, a semicolon and a marker, or the end"
	case strings.HasPrefix(c.rest(), "="):
		return "expected a version specifier; versions are compared with == (two signs)"
	default:
		return "expected a version specifier such as >=1.0, extras in brackets, a semicolon and a marker, or the end"
	}
}
