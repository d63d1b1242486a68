package resolver

import (
	"fmt"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// StandsFor says whether one of the distributions that tools stand for satisfies a requirement, so that nothing of the name
// is locked. One of another version is an error: the lock could not help.
func StandsFor(tools []requirement.Distribution, r requirement.Requirement) (bool, error) {
	for _, tool := range tools {
		if tool.Name != requirement.NormalizeName(r.Name) {
			continue
		}
		r.Marker = nil
		if problems := requirement.Check([]requirement.Requirement{r}, []requirement.Distribution{tool}, nil); len(problems) > 0 {
			return false, fmt.Errorf("wanted %s, and a tool stands for %s %s\nPossible fixes:\n  - name a tool of another version\n"+
				"  - leave it out of `tools`, and the distribution is locked", r, tool.Name, tool.Version)
		}
		return true, nil
	}
	return false, nil
}
