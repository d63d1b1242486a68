package metadata

import "github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"

// SameName says whether two names mean one project (PEP 503).
func SameName(a, b string) bool { return requirement.NormalizeName(a) == requirement.NormalizeName(b) }

// SameVersion says whether two versions are equal as PEP 440 orders them, local version included. Old versions that
// PEP 440 can't read are equal only when they are written alike.
func SameVersion(a, b string) bool {
	if a == b {
		return true
	}
	va, errA := requirement.ParseVersion(a)
	vb, errB := requirement.ParseVersion(b)
	return errA == nil && errB == nil && va.Compare(vb) == 0
}
