package session

import (
	"fmt"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// environ is the whole environment of a hook: see the package comment. What is fixed cannot be set.
func (s *Staged) environ() ([]string, error) {
	fixed := s.Room.Environ()
	for name, launcher := range launcherNames {
		fixed = append(fixed, name+"="+s.Room.Inside(walls.Compilers)+"/"+launcher)
	}
	fixed = append(fixed, "PYTHONDONTWRITEBYTECODE=1")
	names := map[string]bool{}
	for _, variable := range fixed {
		name, _, _ := strings.Cut(variable, "=")
		names[name] = true
	}
	var env []string
	for _, variable := range s.config.Env {
		name, _, ok := strings.Cut(variable, "=")
		switch {
		case !ok || name == "":
			return nil, fmt.Errorf("environment variable %q is not NAME=VALUE", variable)
		case strings.ContainsRune(variable, 0):
			return nil, fmt.Errorf("environment variable %s has a NUL in its value", name)
		case name == "SOURCE_DATE_EPOCH":
			// The room has it already.
		case names[name]:
			return nil, fmt.Errorf("the variable %s cannot be set: it is fixed, so that every build sees the same (%s)", name, fixedCure(name))
		default:
			env = append(env, variable)
		}
	}
	return append(env, fixed...), nil
}

// fixedCure says what to use in the place of a fixed variable.
func fixedCure(name string) string {
	switch name {
	case "PATH":
		return "name programs in `tools`"
	case "CC", "CXX", "AR":
		return "compilers are those of the C++ toolchain; flags can be added by CFLAGS, CXXFLAGS and LDFLAGS"
	}
	return "remove it from `env`"
}
