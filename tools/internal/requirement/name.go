// Package requirement reads what Python projects ask for: PEP 508 requirement strings with their names, extras,
// version specifiers, direct URLs and markers, PEP 440 versions, and it compares what is asked for with what is
// there. It reads no file and no environment variable: the values of marker variables are given to it.
package requirement

import "strings"

// NormalizeName gives the form of a project's or extra's name in which names are compared (PEP 503): lower case, with
// every run of "-", "_" and "." replaced by a single "-". It does not judge whether the name is valid.
func NormalizeName(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	separator := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '-' || c == '_' || c == '.' {
			separator = true
			continue
		}
		if separator {
			b.WriteByte('-')
			separator = false
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	if separator {
		b.WriteByte('-')
	}
	return b.String()
}

// ValidName says whether name is a project name as PEP 508 has them: ASCII letters, digits, "-", "_" and ".", with a
// letter or digit first and last.
func ValidName(name string) bool {
	if name == "" || !isAlphanumeric(name[0]) || !isAlphanumeric(name[len(name)-1]) {
		return false
	}
	for i := 0; i < len(name); i++ {
		if !isNameByte(name[i]) {
			return false
		}
	}
	return true
}

// FileName gives the form of a project's name in wheel and sdist file names: the normalised name with "_" for "-".
func FileName(name string) string {
	return strings.ReplaceAll(NormalizeName(name), "-", "_")
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isNameByte(c byte) bool {
	return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'
}
