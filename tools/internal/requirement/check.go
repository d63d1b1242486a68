package requirement

import (
	"fmt"
	"slices"
	"strings"
)

// Distribution is something that is there: an installed or a locked distribution.
type Distribution struct {
	// Name is the distribution's name in any spelling.
	Name string
	// Version is its version as its metadata has it.
	Version string
	// Requires are its own requirements (Requires-Dist).
	Requires []Requirement
	// DirectURL is the URL that it was asked for by, or "" if it came from an index.
	DirectURL string
	// Hash is the SHA-256 of its file in hexadecimal digits, or "" if that is not known.
	Hash string
}

// Problem is one requirement that is not satisfied.
type Problem struct {
	// Wanted is the requirement.
	Wanted Requirement
	// WantedBy names the distributions that led to it, first to last, such as "maturin[zig]"; it is "" for a
	// requirement that was given to Check directly.
	WantedBy string
	// Found says what is there instead.
	Found string
}

// String says what was wanted, by whom, and what was found.
func (p Problem) String() string {
	by := ""
	if p.WantedBy != "" {
		by = " (by " + p.WantedBy + ")"
	}
	return fmt.Sprintf("wanted %s%s, found %s", p.Wanted, by, p.Found)
}

// Check compares what is wanted with what is there, and follows the requirements of what it finds, those of the
// extras that are asked for included. Markers are evaluated with env. Names are compared normalised; a pre-release or
// a local version satisfies, because what is there was chosen before. It returns every problem once, in the order in
// which they are met.
func Check(want []Requirement, have []Distribution, env map[string]string) []Problem {
	c := &checker{env: env, have: map[string]Distribution{}, seen: map[string]bool{}}
	for _, d := range have {
		c.have[NormalizeName(d.Name)] = d
	}
	for _, r := range want {
		c.check(r, nil, []string{""})
	}
	return c.problems
}

type checker struct {
	env      map[string]string
	have     map[string]Distribution
	seen     map[string]bool // distributions, with an extra, whose requirements were followed; requirements met
	problems []Problem
}

// check looks at one requirement of the distribution that path ends with. It counts if its marker holds under one of
// the extras that this distribution was asked for with.
func (c *checker) check(r Requirement, path []string, extras []string) {
	counts, err := c.counts(r, extras)
	if err != nil {
		c.report(r, path, fmt.Sprintf("a marker that can't be evaluated: %v", err))
		return
	}
	if !counts {
		return
	}
	d, there := c.have[NormalizeName(r.Name)]
	if !there {
		c.report(r, path, "nothing of that name")
		return
	}
	if found := mismatch(r, d); found != "" {
		c.report(r, path, found)
		return
	}
	c.follow(r, d, path)
}

func (c *checker) counts(r Requirement, extras []string) (bool, error) {
	for _, extra := range extras {
		holds, err := r.Marker.Evaluate(c.env, extra)
		if holds || err != nil {
			return holds, err
		}
	}
	return false, nil
}

// follow checks the requirements of d, once for each extra.
func (c *checker) follow(r Requirement, d Distribution, path []string) {
	step := NormalizeName(d.Name)
	if len(r.Extras) > 0 {
		step += "[" + strings.Join(r.Extras, ",") + "]"
	}
	inner := append(slices.Clone(path), step)
	for _, extra := range append([]string{""}, r.Extras...) {
		key := NormalizeName(d.Name) + "[" + extra + "]"
		if c.seen[key] {
			continue
		}
		c.seen[key] = true
		for _, next := range d.Requires {
			c.check(next, inner, []string{extra})
		}
	}
}

func (c *checker) report(r Requirement, path []string, found string) {
	p := Problem{Wanted: r, WantedBy: strings.Join(path, " > "), Found: found}
	if key := "! " + r.String() + " " + found; !c.seen[key] {
		c.seen[key] = true
		c.problems = append(c.problems, p)
	}
}

// mismatch says what was found instead of r, or "" if d satisfies it.
func mismatch(r Requirement, d Distribution) string {
	if r.URL != "" {
		return urlMismatch(r.URL, d)
	}
	if clauses := r.Specifier.clauses; len(clauses) == 0 {
		return ""
	}
	version, err := ParseVersion(d.Version)
	if err != nil {
		if pin, ok := r.Specifier.Pin(); ok && strings.EqualFold(pin, d.Version) && r.Specifier.clauses[0].Operator == "===" {
			return ""
		}
		return fmt.Sprintf("%s with the version %q, which can't be compared", d.Name, d.Version)
	}
	if !r.Specifier.Contains(version, true) {
		return d.Name + " " + d.Version
	}
	return ""
}

// urlMismatch compares a wanted URL, and the hash in its fragment, with where d came from. Where d's URL is not known
// equal hashes are enough.
func urlMismatch(wanted string, d Distribution) string {
	url, hash := SplitURL(wanted)
	haveURL, haveHash := SplitURL(d.DirectURL)
	if d.Hash != "" {
		haveHash = strings.ToLower(d.Hash)
	}
	switch {
	case hash != "" && haveHash != "" && hash != haveHash:
		return fmt.Sprintf("%s %s with another SHA-256, %s", d.Name, d.Version, haveHash)
	case haveURL == "" && (hash == "" || haveHash == ""):
		return fmt.Sprintf("%s %s, which is not from that URL but from an index", d.Name, d.Version)
	case haveURL != "" && haveURL != url:
		return fmt.Sprintf("%s %s from %s", d.Name, d.Version, haveURL)
	case hash != "" && haveHash == "":
		return fmt.Sprintf("%s %s from that URL, with no hash to compare", d.Name, d.Version)
	}
	return ""
}

// SplitURL takes the fragment off a requirement's URL and gives the SHA-256 that it names in lower case, or "".
func SplitURL(url string) (without, sha256 string) {
	without, fragment, _ := strings.Cut(url, "#")
	for _, part := range strings.Split(fragment, "&") {
		if hash, ok := strings.CutPrefix(part, "sha256="); ok {
			sha256 = strings.ToLower(hash)
		}
	}
	return without, sha256
}
