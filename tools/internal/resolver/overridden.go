package resolver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

const (
	constraintsName = "constraints.txt"
	overridesName   = "overrides.txt"
	excludesName    = "excludes.txt"
)

// overridesArguments make uv read what writeOverrides wrote.
var overridesArguments = []string{"--constraints", constraintsName, "--overrides", overridesName, "--excludes", excludesName}

// writeOverrides writes what changes the requirements of the distributions that uv finds: those that are wanted were changed
// before.
func writeOverrides(dir string, opts Options) error {
	var constraints []requirement.Requirement
	for _, c := range opts.Overrides.Constraints() {
		constraints = append(constraints, c.Requirement)
	}
	excluded := opts.Overrides.Removed()
	for _, tool := range opts.StandIns {
		excluded = append(excluded, tool.Name)
	}
	for name, text := range map[string]string{
		constraintsName: lines(constraints),
		overridesName:   lines(opts.Overrides.Replaced(opts.Requirements)),
		excludesName:    strings.Join(excluded, "\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o666); err != nil {
			return fmt.Errorf("write overrides: %w", err)
		}
	}
	return nil
}

// listOverrides says what is overridden, for a message.
func listOverrides(opts Options) string {
	said := opts.Overrides.Lines()
	if len(said) == 0 {
		return ""
	}
	return "\nwith these overrides:\n" + indent(strings.Join(said, "\n"))
}

func lines(requirements []requirement.Requirement) string {
	var out []string
	for _, r := range requirements {
		out = append(out, r.String())
	}
	return strings.Join(out, "\n")
}
