package environment

import (
	"fmt"
	"path/filepath"

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
