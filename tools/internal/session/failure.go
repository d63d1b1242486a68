package session

import (
	"strings"
)

// Failure is a hook that did not do what it was called for.
type Failure struct {
	// Headline says which hook of which backend ended how.
	Headline string
	// Output is what the backend printed, for people.
	Output string
	// Causes are sentences about what else was seen, such as the hosts that were asked for.
	Causes []string
	// Fixes are what may help.
	Fixes []string
}

// Error is the headline, the whole output under it, and then what may help.
func (f *Failure) Error() string {
	var out strings.Builder
	out.WriteString(f.Headline)
	if text := strings.Trim(f.Output, "\r\n"); text != "" {
		out.WriteString("\n" + text + "\n(end of the backend's output)")
	}
	for _, cause := range f.Causes {
		out.WriteString("\n" + cause)
	}
	if fixes := possibleFixes(f.Fixes); fixes != "" {
		out.WriteString("\n" + fixes)
	}
	return out.String()
}
