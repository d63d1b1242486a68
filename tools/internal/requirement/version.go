package requirement

import (
	"fmt"
	"strings"

	pep440 "github.com/aquasecurity/go-pep440-version"
)

// maxVersionLength bounds what is given to the version parser. The longest versions that are in use have some
// seventy characters.
const maxVersionLength = 1024

// Version is a version as PEP 440 defines it. The zero Version is not valid; ParseVersion makes one.
type Version struct {
	original string
	parsed   pep440.Version
}

// ParseVersion reads a version. Spellings that PEP 440 normalises are read ("v1.0-RC.1" is "1.0rc1"); anything else
// is an error.
func ParseVersion(s string) (Version, error) {
	if len(s) > maxVersionLength {
		return Version{}, fmt.Errorf("version of %d characters is too long", len(s))
	}
	trimmed := strings.TrimSpace(s)
	parsed, err := pep440.Parse(normalizeLocal(trimmed))
	if err != nil {
		return Version{}, fmt.Errorf("%q is not a version as PEP 440 defines it", s)
	}
	return Version{original: trimmed, parsed: parsed}, nil
}

// normalizeLocal writes the local part of a version with "." between its segments and without leading zeros in its
// numbers. The library compares and prints local parts as they were written, so that 1.0+ubuntu-1 and 1.0+ubuntu.1,
// which PEP 440 calls equal, would differ.
func normalizeLocal(s string) string {
	public, local, found := strings.Cut(s, "+")
	if !found {
		return s
	}
	local = strings.ToLower(strings.NewReplacer("-", ".", "_", ".").Replace(local))
	segments := strings.Split(local, ".")
	for i, segment := range segments {
		if segment != "" && strings.Trim(segment, "0123456789") == "" {
			segments[i] = strings.TrimLeft(segment[:len(segment)-1], "0") + segment[len(segment)-1:]
		}
	}
	return public + "+" + strings.Join(segments, ".")
}

// Compare returns a negative number, zero or a positive number as v is older than, equal to or newer than other. The
// zero Version, on which the library would panic, is older than all others.
func (v Version) Compare(other Version) int {
	switch {
	case v.IsZero() && other.IsZero():
		return 0
	case v.IsZero():
		return -1
	case other.IsZero():
		return 1
	}
	return v.parsed.Compare(other.parsed)
}

// String gives the normalised form of the version ("1.0rc1" for "v1.0-RC.1"); trailing zeros of the release stay.
func (v Version) String() string { return v.parsed.String() }

// Original gives the version as it was written, without surrounding white space.
func (v Version) Original() string { return v.original }

// FileName gives the form of the version in wheel and sdist file names: the normalised form with "_" for "-", which a
// normalised version does not have, so that it equals String.
func (v Version) FileName() string { return strings.ReplaceAll(v.String(), "-", "_") }

// Public gives the normalised version without its local part.
func (v Version) Public() string { return v.parsed.Public() }

// Local gives the local part of the version, without its "+", or "" if it has none.
func (v Version) Local() string { return v.parsed.Local() }

// IsPrerelease says whether the version is an alpha, a beta, a release candidate or a development release.
func (v Version) IsPrerelease() bool { return v.parsed.IsPreRelease() }

// IsPostrelease says whether the version is a post-release.
func (v Version) IsPostrelease() bool { return v.parsed.IsPostRelease() }

// IsZero says whether v is the zero Version, which no string is parsed to.
func (v Version) IsZero() bool { return v.original == "" }
