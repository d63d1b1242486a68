package metadata

import (
	"strings"

	version "github.com/aquasecurity/go-pep440-version"
)

// NormalizeName is PEP 503's normal form of a name: lower case, each run of "-", "_" and "." one "-".
func NormalizeName(name string) string {
	var out strings.Builder
	separator := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '-' || c == '_' || c == '.' {
			separator = true
			continue
		}
		if separator {
			out.WriteByte('-')
			separator = false
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out.WriteByte(c)
	}
	if separator {
		out.WriteByte('-')
	}
	return out.String()
}

// SameName says whether two names mean one project (PEP 503).
func SameName(a, b string) bool { return NormalizeName(a) == NormalizeName(b) }

// SameVersion says whether two versions are equal as PEP 440 orders them, local version included. Old versions that
// PEP 440 can't read are equal only when they are written alike.
func SameVersion(a, b string) bool {
	if a == b {
		return true
	}
	va, errA := version.Parse(a)
	vb, errB := version.Parse(b)
	if errA != nil || errB != nil {
		return false
	}
	return va.Compare(vb) == 0
}

// IsVersion says whether PEP 440 can read the version.
func IsVersion(text string) bool {
	_, err := version.Parse(text)
	return err == nil
}
