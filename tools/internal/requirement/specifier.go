package requirement

import (
	"fmt"
	"strconv"
	"strings"
)

// operators are the comparisons of PEP 440, longest first, so that the first that fits is the one that is meant.
var operators = []string{"===", "~=", "==", "!=", "<=", ">=", "<", ">"}

// Specifier is a set of version comparisons, all of which must hold. The zero Specifier has none: every version fits.
type Specifier struct {
	clauses []Clause
}

// Clause is one comparison of a Specifier, such as ">=40.8.0" or "==1.*".
type Clause struct {
	// Operator is one of ===, ~=, ==, !=, <=, >=, < and >.
	Operator string
	// Version is the version to compare with, as it was written, with its ".*" if it has one.
	Version string

	parsed   Version // not set for ===
	wildcard bool
}

// ParseSpecifier reads comparisons that are separated by commas, such as ">=1.0,!=1.3.*,<2". An empty string is the
// Specifier that every version fits.
func ParseSpecifier(s string) (Specifier, error) {
	c := &cursor{input: s}
	c.skipSpace()
	specifier, err := c.specifier()
	if err != nil {
		return Specifier{}, err
	}
	c.skipSpace()
	if !c.done() {
		return Specifier{}, c.errorf("expected a comma or the end of the version specifier")
	}
	return specifier, nil
}

// Clauses gives the comparisons in the order in which they were written.
func (s Specifier) Clauses() []Clause { return append([]Clause(nil), s.clauses...) }

// String gives the comparisons as they were written, without white space.
func (s Specifier) String() string {
	parts := make([]string, len(s.clauses))
	for i, clause := range s.clauses {
		parts[i] = clause.Operator + clause.Version
	}
	return strings.Join(parts, ",")
}

// Pin gives the one version that the specifier allows, as it was written, and whether there is one: the specifier is
// a single "==" without ".*", or a single "===".
func (s Specifier) Pin() (string, bool) {
	if len(s.clauses) != 1 {
		return "", false
	}
	clause := s.clauses[0]
	if clause.Operator == "===" || clause.Operator == "==" && !clause.wildcard {
		return clause.Version, true
	}
	return "", false
}

// Contains says whether v fits every comparison. A pre-release fits only where prereleases is true or where one of
// the comparisons itself names a pre-release, as PEP 440 asks of tools that choose a version. What is pinned
// already has been chosen: it is compared with prereleases true.
func (s Specifier) Contains(v Version, prereleases bool) bool {
	if v.IsPrerelease() && !prereleases && !s.namesPrerelease() {
		return false
	}
	for _, clause := range s.clauses {
		if !clause.contains(v) {
			return false
		}
	}
	return true
}

func (s Specifier) namesPrerelease() bool {
	for _, clause := range s.clauses {
		if clause.Operator != "!=" && !clause.wildcard && !clause.parsed.IsZero() && clause.parsed.IsPrerelease() {
			return true
		}
	}
	return false
}

func newClause(operator, version string) (Clause, error) {
	clause := Clause{Operator: operator, Version: version}
	if operator == "===" {
		// Any text is allowed. A version is parsed where there is one only to know whether it is a pre-release.
		clause.parsed, _ = ParseVersion(version)
		return clause, nil
	}
	text, wildcard := strings.CutSuffix(version, ".*")
	clause.wildcard = wildcard
	parsed, err := ParseVersion(text)
	if err != nil {
		return Clause{}, err
	}
	clause.parsed = parsed
	equality := operator == "==" || operator == "!="
	switch {
	case wildcard && !equality:
		return Clause{}, fmt.Errorf(`".*" is allowed after == and != only, not after %s`, operator)
	case wildcard && parsed.String() != parsed.parsed.BaseVersion():
		return Clause{}, fmt.Errorf(`".*" can't follow a pre-release, post-release, development or local version`)
	case parsed.Local() != "" && !equality:
		return Clause{}, fmt.Errorf("a local version (%q) is allowed after == and != only, not after %s", "+"+parsed.Local(), operator)
	case operator == "~=" && len(release(parsed)) < 2:
		return Clause{}, fmt.Errorf("~= needs at least two numbers (~=%s.0)", text)
	}
	return clause, nil
}

// contains compares one version with one clause. The library's own specifiers are not used: their prefix matching
// pads the wrong side (==1.0.* refuses 1), does not know epochs, and panics on text after ===. Its parser and its
// order of versions are used.
func (c Clause) contains(v Version) bool {
	switch c.Operator {
	case "===":
		return strings.EqualFold(c.Version, v.Original()) || strings.EqualFold(c.Version, v.String())
	case "==":
		return c.equals(v)
	case "!=":
		return !c.equals(v)
	case "~=":
		prefix := release(c.parsed)
		return public(v).Compare(c.parsed) >= 0 && hasPrefix(v, epoch(c.parsed), prefix[:len(prefix)-1])
	case ">=":
		return public(v).Compare(c.parsed) >= 0
	case "<=":
		return public(v).Compare(c.parsed) <= 0
	case "<":
		return c.less(v)
	default:
		return c.greater(v)
	}
}

func (c Clause) equals(v Version) bool {
	if c.wildcard {
		return hasPrefix(v, epoch(c.parsed), release(c.parsed))
	}
	if c.parsed.Local() == "" {
		v = public(v)
	}
	return c.parsed.Compare(v) == 0
}

// less is PEP 440's "<": a pre-release of the named version is not older than it, unless it is one itself. The
// pre-releases of 1.0 are 1.0rc1 and the like, those of 1.0.post1 only 1.0.post1.dev1 and the like.
func (c Clause) less(v Version) bool {
	if v.Compare(c.parsed) >= 0 {
		return false
	}
	if c.parsed.IsPrerelease() || !v.IsPrerelease() {
		return true
	}
	if c.parsed.IsPostrelease() {
		return before(v, ".dev").Compare(c.parsed) != 0
	}
	return !sameRelease(v, c.parsed)
}

// greater is PEP 440's ">": a post-release or a local version of the named version is not newer than it.
func (c Clause) greater(v Version) bool {
	if public(v).Compare(c.parsed) <= 0 {
		return false
	}
	return c.parsed.IsPostrelease() || !v.IsPostrelease() || before(v, ".post").Compare(c.parsed) != 0
}

// before is v up to this part of its normalised form, ".post" or ".dev".
func before(v Version, part string) Version {
	text, _, _ := strings.Cut(v.Public(), part)
	shorter, err := ParseVersion(text)
	if err != nil {
		return v // not reached: what comes before such a part is a version
	}
	return shorter
}

// public is v without its local part, which the ordered comparisons do not look at.
func public(v Version) Version {
	if v.Local() == "" {
		return v
	}
	p, err := ParseVersion(v.Public())
	if err != nil {
		return v // not reached: what String prints is parsed
	}
	return p
}

func epoch(v Version) uint64 {
	text, _, found := strings.Cut(v.parsed.BaseVersion(), "!")
	if !found {
		return 0
	}
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}

// release gives the numbers of the release, of which the library shows only the text.
func release(v Version) []string {
	base := v.parsed.BaseVersion()
	if _, after, found := strings.Cut(base, "!"); found {
		base = after
	}
	return strings.Split(base, ".")
}

func sameRelease(a, b Version) bool {
	x, y := release(a), release(b)
	return epoch(a) == epoch(b) && hasPrefix(a, epoch(b), y) && hasPrefix(b, epoch(a), x)
}

// hasPrefix says whether the release of v, with zeros added, begins with these numbers.
func hasPrefix(v Version, wantEpoch uint64, prefix []string) bool {
	if epoch(v) != wantEpoch {
		return false
	}
	numbers := release(v)
	for i, want := range prefix {
		have := "0"
		if i < len(numbers) {
			have = numbers[i]
		}
		if have != want {
			return false
		}
	}
	return true
}
