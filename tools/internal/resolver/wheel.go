package resolver

import (
	"fmt"
	"net/url"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// Wheel is a build requirement that no index has: a target of the lock's repository builds it (BE-8).
type Wheel struct {
	// Name is the normalised name of the distribution.
	Name string
	// Label is the target.
	Label string
	// Path is the absolute path of the wheel as it is now.
	Path string
}

// requirement is the line that makes uv take this wheel and no other of the name, whatever an index has.
func (w Wheel) requirement() string {
	place := url.URL{Scheme: "file", Path: w.Path}
	return fmt.Sprintf("%s @ %s", w.Name, place.String())
}

// locked is what the lock says of the wheel: its name and who builds it. Version and content change with its source.
func (w Wheel) locked() lock.Wheel { return lock.Wheel{Name: w.Name, Label: w.Label} }
