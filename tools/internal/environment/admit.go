package environment

import (
	"fmt"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// admitted says whether this interpreter is one that the lock is for. The files that Bazel has chosen fit its minor
// version and its platform; the rest of what a lock may ask only the interpreter knows.
func (c *chooser) admitted() error {
	if is, err := c.isAmong(c.lock.RequiresPython); err != nil || !is {
		return c.refuse("for Python "+c.lock.RequiresPython, err)
	}
	if len(c.lock.Environments) == 0 {
		return nil
	}
	for _, text := range c.lock.Environments {
		marker, err := requirement.ParseMarker(text)
		if err == nil {
			var holds bool
			if holds, err = marker.Evaluate(c.facts.Markers, ""); holds {
				return nil
			}
		}
		if err != nil {
			return c.refuse("for environments with "+text, err)
		}
	}
	return c.refuse("for environments with "+strings.Join(c.lock.Environments, ", or "), nil)
}

func (c *chooser) refuse(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: the lock is %s: %w", c.lock.Lock, what, err)
	}
	return fmt.Errorf("%s: the lock is %s, and this is %s\nPossible fixes:\n  - build with a Python that it is for\n  - %s, for this one as well",
		c.lock.Lock, what, describe(c.facts), c.relock())
}

// isFor refuses a distribution that is pinned for this interpreter and not made for it.
func (c *chooser) isFor(locked lock.EnvironmentDistribution) error {
	is, err := c.isAmong(locked.RequiresPython)
	if err != nil {
		return fmt.Errorf("%s: %w", c.at(locked), err)
	}
	if !is {
		return fmt.Errorf("%s needs Python %s, and this is %s\nPossible fixes:\n  - build with a Python that it is for\n  - %s, for this one as well",
			c.at(locked), locked.RequiresPython, describe(c.facts), c.relock())
	}
	return nil
}

// isAmong says whether the interpreter's version is one of these.
func (c *chooser) isAmong(versions string) (bool, error) {
	if versions == "" {
		return true, nil
	}
	specifier, err := requirement.ParseSpecifier(versions)
	if err != nil {
		return false, err
	}
	version, err := requirement.ParseVersion(c.facts.Markers["python_full_version"])
	if err != nil {
		return false, err
	}
	return specifier.Contains(version, true), nil
}
