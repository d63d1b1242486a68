package session

import (
	"fmt"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// ParseStandIn reads what a tool stands for: "NAME==VERSION".
func ParseStandIn(text string) (requirement.Distribution, error) {
	r, err := requirement.Parse(text)
	if err != nil {
		return requirement.Distribution{}, err
	}
	version, pinned := r.Specifier.Pin()
	if !pinned || r.Marker != nil || len(r.Extras) > 0 {
		return requirement.Distribution{}, fmt.Errorf("%q is not a name and an exact version, as in ninja==1.12.1", text)
	}
	return requirement.Distribution{Name: requirement.NormalizeName(r.Name), Version: version}, nil
}
