package environment

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// chosen is the one wheel that is installed of a locked distribution.
type chosen struct {
	locked lock.EnvironmentDistribution
	file   lock.EnvironmentFile
	path   string // of the wheel on disk
}

// chooser decides what of a lock is installed. The lock and the wheels are those for many interpreters; this one, with
// its real markers and tags, decides.
type chooser struct {
	lock   lock.Environment
	facts  interpreter.Facts
	wheels map[string]string // base name → path
	built  []string          // paths of wheels that targets have built
	rank   map[string]int    // tag → place in the interpreter's list, 0 is best
}

func newChooser(locked lock.Environment, wheels []string, facts interpreter.Facts) *chooser {
	c := &chooser{lock: locked, facts: facts, wheels: map[string]string{}, rank: map[string]int{}}
	for _, path := range wheels {
		c.wheels[filepath.Base(path)] = path
	}
	for place, tag := range facts.Tags() {
		c.rank[tag] = place
	}
	return c
}

// Needed returns the files of a lock that an environment for this interpreter consists of. Beside what targets build
// Create needs no others.
func Needed(locked lock.Environment, facts interpreter.Facts) ([]lock.EnvironmentFile, error) {
	var all []string
	locked.Distributions = slices.DeleteFunc(slices.Clone(locked.Distributions), func(d lock.EnvironmentDistribution) bool { return d.Built != "" })
	for _, d := range locked.Distributions {
		for _, file := range d.Files {
			all = append(all, file.Name)
		}
	}
	chosen, _, err := newChooser(locked, all, facts).choose()
	var files []lock.EnvironmentFile
	for _, one := range chosen {
		files = append(files, one.file)
	}
	return files, err
}

// choose returns what is installed, sorted by name, and what a marker leaves out.
func (c *chooser) choose() ([]chosen, []Skipped, error) {
	if err := c.admitted(); err != nil {
		return nil, nil, err
	}
	var all []chosen
	var skipped []Skipped
	seen := map[string]lock.EnvironmentDistribution{}
	for _, locked := range c.lock.Distributions {
		wanted, err := c.evaluate(locked)
		if err != nil {
			return nil, nil, err
		}
		if !wanted {
			skipped = append(skipped, Skipped{locked.Name, locked.Version, locked.Marker})
			continue
		}
		name := requirement.NormalizeName(locked.Name)
		if first, twice := seen[name]; twice {
			if first.Version == locked.Version {
				continue // the same pin under two markers that are both true
			}
			return nil, nil, fmt.Errorf("%s: the lock pins %s, and line %d pins %s, both for %s; "+
				"Possible fixes: %s", c.at(first), first.Version, locked.Line, locked.Version, describe(c.facts), c.relock())
		}
		seen[name] = locked
		if err := c.isFor(locked); err != nil {
			return nil, nil, err
		}
		if locked, err = c.named(locked); err != nil {
			return nil, nil, err
		}
		one, err := c.pick(locked)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b chosen) int {
		return strings.Compare(requirement.NormalizeName(a.locked.Name), requirement.NormalizeName(b.locked.Name))
	})
	return all, skipped, nil
}

func (c *chooser) evaluate(locked lock.EnvironmentDistribution) (bool, error) {
	if locked.Marker == "" {
		return true, nil
	}
	marker, err := requirement.ParseMarker(locked.Marker)
	if err != nil {
		return false, fmt.Errorf("%s: %w", c.at(locked), err)
	}
	wanted, err := marker.Evaluate(c.facts.Markers, "")
	if err != nil {
		return false, fmt.Errorf("%s: marker %q: %w", c.at(locked), locked.Marker, err)
	}
	return wanted, nil
}

// best picks the wheel whose tag comes first in the interpreter's list; of two with the same tag the one with the
// higher build number.
func (c *chooser) best(locked lock.EnvironmentDistribution) (chosen, error) {
	var found *chosen
	var foundRank int
	var foundBuild string
	var fitting []string
	for _, file := range locked.Files {
		name, err := wheel.ParseName(file.Name)
		if err != nil {
			continue // an sdist, or a name that no installer reads
		}
		rank, fits := c.rankOf(name)
		if !fits {
			continue
		}
		fitting = append(fitting, file.Name)
		path, here := c.wheels[file.Name]
		if !here {
			continue
		}
		if found == nil || rank < foundRank || rank == foundRank && laterBuild(name.Build, foundBuild) {
			found, foundRank, foundBuild = &chosen{locked, file, path}, rank, name.Build
		}
	}
	if found != nil {
		return *found, nil
	}
	if len(fitting) > 0 {
		return chosen{}, fmt.Errorf("%s: %s fits %s but is not among the files of this environment; the files were chosen for "+
			"another Python or platform than that of the interpreter. Possible fixes: register a Python toolchain whose "+
			"version, processor and libc are those of the interpreter itself", c.at(locked), strings.Join(fitting, ", "), describe(c.facts))
	}
	return chosen{}, c.nothingFits(locked)
}

func (c *chooser) rankOf(name wheel.Name) (int, bool) {
	best, fits := 0, false
	for _, tag := range name.Tags() {
		if rank, ok := c.rank[strings.ToLower(tag)]; ok && (!fits || rank < best) {
			best, fits = rank, true
		}
	}
	return best, fits
}

// laterBuild compares build tags as PEP 427 sorts them: by the digits that they begin with, then as text.
func laterBuild(a, b string) bool {
	digits := func(s string) (string, string) {
		rest := strings.TrimLeft(s, "0123456789")
		return strings.TrimLeft(s[:len(s)-len(rest)], "0"), rest
	}
	aNumber, aRest := digits(a)
	bNumber, bRest := digits(b)
	if len(aNumber) != len(bNumber) {
		return len(aNumber) > len(bNumber)
	}
	if aNumber != bNumber {
		return aNumber > bNumber
	}
	return aRest > bRest
}

func (c *chooser) nothingFits(locked lock.EnvironmentDistribution) error {
	var wheels, others []string
	for _, file := range locked.Files {
		if strings.HasSuffix(file.Name, ".whl") {
			wheels = append(wheels, file.Name)
		} else {
			others = append(others, file.Name)
		}
	}
	if len(wheels) == 0 {
		return fmt.Errorf("%s: the lock has no wheel of it, only: %s\nPossible fixes:\n"+
			"  - pin a version that is published as a wheel\n"+
			"  - build it from source: a lock that is called DIRECTORY/lock.txt has what it is built with beside it",
			c.at(locked), orNone(others))
	}
	tags := c.facts.Tags()
	return fmt.Errorf("%s: none of its wheels fits %s\n  locked: %s\n  this interpreter takes, best first: %s, … (%d tags)\nPossible fixes:\n"+
		"  - %s, so that the file for this Python and platform is in it\n"+
		"  - pin a version that has such a wheel\n"+
		"  - use a Python for which there is one", c.at(locked), describe(c.facts),
		strings.Join(wheels, ", "), strings.Join(tags[:min(2, len(tags))], ", "), len(tags), c.relock())
}

// at names a locked distribution and its place.
func (c *chooser) at(locked lock.EnvironmentDistribution) string {
	place := c.lock.Lock
	if locked.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, locked.Line)
	}
	if locked.Version == "" {
		return place + ": " + locked.Name
	}
	return place + ": " + locked.Name + " " + locked.Version
}

func (c *chooser) relock() string {
	if c.lock.Command == "" {
		return "make the lock again"
	}
	return "make the lock again: " + c.lock.Command
}

// describe names an interpreter in a message.
func describe(facts interpreter.Facts) string {
	text := "CPython " + facts.Version
	if facts.FreeThreaded {
		text += " (free-threaded)"
	}
	text += " on " + facts.Platform
	if facts.Libc.Name != "" {
		text += " with " + facts.Libc.Name + " " + facts.Libc.Version
	}
	return text
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "no file at all"
	}
	return strings.Join(names, ", ")
}
