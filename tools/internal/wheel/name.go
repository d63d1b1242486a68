package wheel

import (
	"fmt"
	"path"
	"strings"
)

// Name is what a wheel's file name says (PEP 427).
type Name struct {
	Distribution string   // as written: "zope.interface" of an old backend and "zope_interface" of a new one are both read
	Version      string   // with "_" turned back into "-", as written otherwise
	Build        string   // the build tag, "" when there is none
	Python       []string // "py2.py3" is two
	ABI          []string
	Platform     []string
}

// ParseName reads a wheel's file name.
func ParseName(file string) (Name, error) {
	base := path.Base(file)
	stem, ok := strings.CutSuffix(base, ".whl")
	if !ok {
		return Name{}, fmt.Errorf("%q is not the name of a wheel: it does not end in .whl", base)
	}
	parts := strings.Split(stem, "-")
	if len(parts) != 5 && len(parts) != 6 {
		return Name{}, fmt.Errorf("%q is not the name of a wheel: expected NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl, found %d parts", base, len(parts))
	}
	for _, part := range parts {
		if part == "" {
			return Name{}, fmt.Errorf("%q is not the name of a wheel: one of its parts is empty", base)
		}
	}
	name := Name{Distribution: parts[0], Version: strings.ReplaceAll(parts[1], "_", "-")}
	if len(parts) == 6 {
		name.Build = parts[2]
		if name.Build[0] < '0' || name.Build[0] > '9' {
			return Name{}, fmt.Errorf("%q is not the name of a wheel: the build tag %q does not start with a digit", base, name.Build)
		}
	}
	tags := parts[len(parts)-3:]
	for i, target := range []*[]string{&name.Python, &name.ABI, &name.Platform} {
		for _, tag := range strings.Split(tags[i], ".") {
			if !isTag(tag) {
				return Name{}, fmt.Errorf("%q is not the name of a wheel: %q is not a tag", base, tag)
			}
			*target = append(*target, tag)
		}
	}
	return name, nil
}

func isTag(tag string) bool {
	for i := 0; i < len(tag); i++ {
		c := tag[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return tag != ""
}

// Tags expands the compressed tags: "py2.py3-none-any" is "py2-none-any" and "py3-none-any".
func (n Name) Tags() []string {
	var tags []string
	for _, python := range n.Python {
		for _, abi := range n.ABI {
			for _, platform := range n.Platform {
				tags = append(tags, python+"-"+abi+"-"+platform)
			}
		}
	}
	return tags
}

// expandTag expands one Tag line of a WHEEL file; some backends write the compressed form there.
func expandTag(line string) ([]string, error) {
	parts := strings.Split(line, "-")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is not PYTHON-ABI-PLATFORM", line)
	}
	return Name{
		Python:   strings.Split(parts[0], "."),
		ABI:      strings.Split(parts[1], "."),
		Platform: strings.Split(parts[2], "."),
	}.Tags(), nil
}
