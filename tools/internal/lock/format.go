package lock

import (
	"path"
	"strings"
)

// Format is a format of lock files.
type Format int

const (
	// FormatPip is pip's format of requirement files, with hashes.
	FormatPip Format = iota
	// FormatPylock is pylock.toml (PEP 751).
	FormatPylock
	// FormatUV is uv.lock.
	FormatUV
	// FormatPoetry is poetry.lock.
	FormatPoetry
	// FormatPDM is pdm.lock.
	FormatPDM
)

// tools are the programs whose locks of whole projects are read, and never written.
var tools = map[Format]string{FormatUV: "uv", FormatPoetry: "poetry", FormatPDM: "pdm"}

// FormatOf gives the format that a file of this name has.
func FormatOf(file string) Format {
	base := path.Base(file)
	for format, tool := range tools {
		if base == tool+".lock" {
			return format
		}
	}
	if base == "pylock.toml" || strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml") && strings.Count(base, ".") == 2 {
		return FormatPylock
	}
	return FormatPip
}

// Command is what people run to write a lock of a tool's own again, or "" where that is this project's own work.
func (f Format) Command() string {
	switch f {
	case FormatPDM:
		return "pdm lock -S inherit_metadata" // the strategy that says which groups a package is for
	case FormatUV, FormatPoetry:
		return tools[f] + " lock"
	}
	return ""
}
