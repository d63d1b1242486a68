package environment

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// pick chooses the file that is installed of a distribution: a locked wheel, or the one that a target has built.
func (c *chooser) pick(locked lock.EnvironmentDistribution) (chosen, error) {
	if one, err := c.best(locked); err == nil || locked.Built == "" {
		return one, err
	}
	for _, path := range c.built {
		file := filepath.Base(path)
		name, err := wheel.ParseName(file)
		if err != nil {
			return chosen{}, fmt.Errorf("%s: %s was built for it: %w", c.at(locked), file, err)
		}
		if !metadata.SameName(name.Distribution, locked.Name) || locked.Version != "" && !metadata.SameVersion(name.Version, locked.Version) {
			continue
		}
		if _, fits := c.rankOf(name); !fits {
			return chosen{}, fmt.Errorf("%s: %s, which %s has built, does not fit %s\nPossible fixes:\n"+
				"  - register toolchains so that the exec configuration and the interpreter are of one Python and platform",
				c.at(locked), file, locked.Built, describe(c.facts))
		}
		return chosen{locked, lock.EnvironmentFile{Name: file}, path}, nil
	}
	return chosen{}, c.notBuilt(locked)
}

func (c *chooser) notBuilt(locked lock.EnvironmentDistribution) error {
	var names []string
	for _, path := range c.built {
		names = append(names, filepath.Base(path))
	}
	fix := "name the target whose wheel is called " + locked.Name
	if locked.Version != "" {
		fix = c.relock()
	}
	return fmt.Errorf("%s: %s does not build a wheel of it. Targets of this environment have built: %s\nPossible fixes:\n  - %s",
		c.at(locked), locked.Built, orNone(names), fix)
}

// Unserved returns the places of the distributions that this interpreter wants and that no locked wheel fits: what has to be
// built from source.
func Unserved(locked lock.Environment, facts interpreter.Facts) ([]int, error) {
	c := newChooser(locked, nil, facts)
	var places []int
	for i, d := range locked.Distributions {
		wanted, err := c.evaluate(d)
		if err != nil {
			return nil, err
		}
		fits := slices.ContainsFunc(d.Files, func(f lock.EnvironmentFile) bool {
			name, err := wheel.ParseName(f.Name)
			if err != nil {
				return false
			}
			_, fits := c.rankOf(name)
			return fits
		})
		if wanted && !fits && d.Built == "" {
			places = append(places, i)
		}
	}
	return places, nil
}
