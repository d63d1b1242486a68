package requirement

import (
	"slices"
	"strings"
)

// variables are the marker variables of PEP 508 and, under "extras" and "dependency_groups", those of PEP 751.
var variables = []string{
	"python_version", "python_full_version", "os_name", "sys_platform", "platform_release", "platform_system",
	"platform_version", "platform_machine", "platform_python_implementation", "implementation_name",
	"implementation_version", "extra", "extras", "dependency_groups",
}

// oldVariables are spellings from before PEP 508 that published metadata still has.
var oldVariables = map[string]string{
	"os.name":                        "os_name",
	"sys.platform":                   "sys_platform",
	"platform.version":               "platform_version",
	"platform.machine":               "platform_machine",
	"platform.python_implementation": "platform_python_implementation",
	"python_implementation":          "platform_python_implementation",
}

// maxNesting bounds the parentheses of a marker.
const maxNesting = 200

// Marker is an environment marker: a condition on the interpreter, the platform and the extra that is asked for.
type Marker struct {
	root node
}

// node is a *junction or a *comparison.
type node interface{ text(inAnd bool) string }

// junction joins terms, of which there are at least two, by "and" or "or".
type junction struct {
	word  string
	terms []node
}

type comparison struct {
	left     operand
	operator string
	right    operand
}

// operand is a variable, or a text that was in quotes.
type operand struct {
	variable bool
	value    string
}

// ParseMarker reads a marker, the part of a requirement that follows the semicolon. An error is a *SyntaxError.
func ParseMarker(s string) (*Marker, error) {
	c := &cursor{input: s}
	if len(s) > maxLength {
		return nil, c.errorf("a marker of %d bytes is too long", len(s))
	}
	m, err := c.marker()
	if err != nil {
		return nil, err
	}
	if !c.done() {
		return nil, c.errorf(`expected "and", "or" or the end of the marker`)
	}
	return m, nil
}

// String writes the marker in one form: double quotes, single spaces, and only the parentheses that it needs. Equal
// strings mean equal markers. A nil Marker gives "".
func (m *Marker) String() string {
	if m == nil {
		return ""
	}
	return m.root.text(false)
}

// MarshalText makes a Marker a string in JSON.
func (m *Marker) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (m *Marker) UnmarshalText(text []byte) error {
	parsed, err := ParseMarker(string(text))
	if err != nil {
		return err
	}
	*m = *parsed
	return nil
}

func (j *junction) text(inAnd bool) string {
	parts := make([]string, len(j.terms))
	for i, term := range j.terms {
		parts[i] = term.text(j.word == "and")
	}
	s := strings.Join(parts, " "+j.word+" ")
	if inAnd && j.word == "or" {
		return "(" + s + ")"
	}
	return s
}

func (c *comparison) text(bool) string {
	return c.left.text() + " " + c.operator + " " + c.right.text()
}

func (o operand) text() string {
	switch {
	case o.variable:
		return o.value
	case strings.Contains(o.value, `"`):
		return "'" + o.value + "'"
	default:
		return `"` + o.value + `"`
	}
}

func (c *cursor) marker() (*Marker, error) {
	root, err := c.disjunction(0)
	if err != nil {
		return nil, err
	}
	return &Marker{root: root}, nil
}

func (c *cursor) disjunction(depth int) (node, error) {
	return c.junction("or", func() (node, error) { return c.conjunction(depth) })
}

func (c *cursor) conjunction(depth int) (node, error) {
	return c.junction("and", func() (node, error) { return c.term(depth) })
}

// junction reads terms joined by word. Nested junctions of the same word are one, so that String has one form.
func (c *cursor) junction(word string, next func() (node, error)) (node, error) {
	j := &junction{word: word}
	for {
		term, err := next()
		if err != nil {
			return nil, err
		}
		if inner, same := term.(*junction); same && inner.word == word {
			j.terms = append(j.terms, inner.terms...)
		} else {
			j.terms = append(j.terms, term)
		}
		c.skipSpace()
		if !c.acceptWord(word) {
			break
		}
	}
	if len(j.terms) == 1 {
		return j.terms[0], nil
	}
	return j, nil
}

func (c *cursor) term(depth int) (node, error) {
	c.skipSpace()
	if !c.accept("(") {
		return c.comparison()
	}
	if depth >= maxNesting {
		return nil, c.errorf("a marker with more than %d open parentheses is refused", maxNesting)
	}
	inner, err := c.disjunction(depth + 1)
	if err != nil {
		return nil, err
	}
	c.skipSpace()
	if !c.accept(")") {
		return nil, c.errorf(`expected "and", "or" or ")"`)
	}
	return inner, nil
}

func (c *cursor) comparison() (node, error) {
	start := c.offset
	left, err := c.operand()
	if err != nil {
		return nil, err
	}
	c.skipSpace()
	operator, err := c.markerOperator()
	if err != nil {
		return nil, err
	}
	c.skipSpace()
	right, err := c.operand()
	if err != nil {
		return nil, err
	}
	if !left.variable && !right.variable {
		c.offset = start
		return nil, c.errorf("a comparison needs a marker variable, such as python_version, on one side")
	}
	if isSet(left) || isSet(right) && operator != "in" && operator != "not in" {
		c.offset = start
		return nil, c.errorf(`extras and dependency_groups can be used only as in "name" in extras`)
	}
	normalizeExtra(&left, &right)
	return &comparison{left: left, operator: operator, right: right}, nil
}

func isSet(o operand) bool {
	return o.variable && (o.value == "extras" || o.value == "dependency_groups")
}

// normalizeExtra makes names of extras comparable (PEP 685) where they stand, so that String shows what is compared.
func normalizeExtra(left, right *operand) {
	isExtra := func(o *operand) bool { return o.variable && o.value == "extra" || isSet(*o) }
	if isExtra(left) && !right.variable {
		right.value = NormalizeName(right.value)
	}
	if isExtra(right) && !left.variable {
		left.value = NormalizeName(left.value)
	}
}

func (c *cursor) operand() (operand, error) {
	if c.done() {
		return operand{}, c.errorf("expected a marker variable or a text in quotes")
	}
	if quote := c.input[c.offset]; quote == '"' || quote == '\'' {
		end := strings.IndexByte(c.input[c.offset+1:], quote)
		if end < 0 {
			return operand{}, c.errorf("the text that begins here has no closing quote")
		}
		value := c.input[c.offset+1 : c.offset+1+end]
		if strings.ContainsAny(value, "\r\n") {
			return operand{}, c.errorf("the text that begins here has no closing quote on its line")
		}
		c.offset += end + 2
		return operand{value: value}, nil
	}
	word := c.word()
	if word == "" {
		return operand{}, c.errorf("expected a marker variable or a text in quotes")
	}
	variable := word
	if known, old := oldVariables[word]; old {
		variable = known
	}
	if !slices.Contains(variables, variable) {
		return operand{}, c.errorf("%q is not a marker variable; a text has to be in quotes", word)
	}
	c.offset += len(word)
	return operand{variable: true, value: variable}, nil
}

func (c *cursor) markerOperator() (string, error) {
	switch {
	case c.acceptWord("in"):
		return "in", nil
	case c.acceptWord("not"):
		c.skipSpace()
		if !c.acceptWord("in") {
			return "", c.errorf(`expected "in" after "not"`)
		}
		return "not in", nil
	}
	if operator := c.operator(); operator != "" {
		return operator, nil
	}
	return "", c.errorf("expected a comparison: ==, !=, <, <=, >, >=, ~=, ===, in, not in")
}

// word gives the letters, digits, "_" and "." at the cursor, without moving it.
func (c *cursor) word() string {
	end := c.offset
	for end < len(c.input) && (isAlphanumeric(c.input[end]) || c.input[end] == '_' || c.input[end] == '.') {
		end++
	}
	return c.input[c.offset:end]
}

func (c *cursor) acceptWord(word string) bool {
	if c.word() != word {
		return false
	}
	c.offset += len(word)
	return true
}
