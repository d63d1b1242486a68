package wheel

import (
	"fmt"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// Native says what the user expects of a wheel's contents (HOOK-7).
type Native string

const (
	NativeAuto      Native = "auto"      // the tags decide: they and the contents have to agree
	NativeRequired  Native = "required"  // there must be a native file
	NativeForbidden Native = "forbidden" // there must be none
)

// ParseNative reads the attribute's value; "" is auto.
func ParseNative(text string) (Native, error) {
	switch n := Native(text); n {
	case "":
		return NativeAuto, nil
	case NativeAuto, NativeRequired, NativeForbidden:
		return n, nil
	}
	return "", fmt.Errorf("native_extensions is %q, expected auto, required or forbidden", text)
}

// CheckOptions are what a wheel is held against.
type CheckOptions struct {
	Tags             []string           // tags that fit the target platform, any order; empty: not checked
	PKGInfo          *metadata.Metadata // PKG-INFO of the sdist that the wheel was built from (SDIST-3), or nil
	NativeExtensions Native             // "" is auto
	CompilerLog      string             // what the compilers printed, shown with an error about native files
	Limits           Limits             // the zero value is DefaultLimits
}

// CheckError is everything that is wrong with a wheel.
type CheckError struct {
	File        string   // the wheel's file name
	Problems    []string // one sentence each, in the order of the checks
	CompilerLog string   // set when a problem is about native files
}

func (e *CheckError) Error() string {
	var out strings.Builder
	if len(e.Problems) == 1 {
		fmt.Fprintf(&out, "wheel %s: %s", e.File, e.Problems[0])
	} else {
		fmt.Fprintf(&out, "wheel %s: %d problems:", e.File, len(e.Problems))
		for _, problem := range e.Problems {
			fmt.Fprintf(&out, "\n  - %s", problem)
		}
	}
	if log := strings.TrimRight(e.CompilerLog, "\n"); log != "" {
		fmt.Fprintf(&out, "\nThe compiler's output:\n%s", log)
	}
	return out.String()
}
