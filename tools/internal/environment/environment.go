// Package environment makes build environments: Create lays locked wheels out as an installer does and stores the
// result as one archive, Materialize makes a working environment of it for a hook to run in.
package environment

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// Path is where an environment lies inside the walls, and what its byte code and scripts name. It is sys.prefix.
const Path = "/pyproject/environment"

// Info describes an environment. It is written next to the archive, as JSON.
type Info struct {
	// Interpreter is the interpreter for which the environment was made. An in-build one has the paths that it
	// has inside the walls (interpreter.Path).
	Interpreter interpreter.Facts `json:"interpreter"`
	// Distributions are the installed ones, sorted by normalised name.
	Distributions []Distribution `json:"distributions"`
	// Skipped are the locked distributions whose marker is false for this interpreter.
	Skipped []Skipped `json:"skipped,omitempty"`
	// Warnings are sentences about the environment that its users may want to read.
	Warnings []string `json:"warnings,omitempty"`
	// Program is the byte code of CreateOptions.Program.
	Program []byte `json:"program,omitempty"`
	// Files is the number of files in the archive.
	Files int `json:"files"`
}

// Distribution is one installed distribution.
type Distribution struct {
	// Name is the name as the wheel's METADATA has it.
	Name string `json:"name"`
	// Version is the version as the wheel's METADATA has it.
	Version string `json:"version"`
	// File is the name of the wheel.
	File string `json:"file"`
	// SHA256 is the hash of the wheel, in hex.
	SHA256 string `json:"sha256"`
	// RequiresDist are the Requires-Dist lines of METADATA.
	RequiresDist []string `json:"requires_dist,omitempty"`
	// DirectURL is where the lock says that the distribution comes from, where it was locked by URL.
	DirectURL string `json:"direct_url,omitempty"`
	// Built is the target that has built the wheel, where one has.
	Built string `json:"built,omitempty"`
}

// Skipped is one locked distribution that is not installed.
type Skipped struct {
	// Name is the name as the lock has it.
	Name string `json:"name"`
	// Version is the version as the lock has it.
	Version string `json:"version"`
	// Marker is the marker that is false.
	Marker string `json:"marker"`
}

// ReadInfo reads what Create wrote.
func ReadInfo(path string) (*Info, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read environment: %w", err)
	}
	info := &Info{}
	if err := json.Unmarshal(content, info); err != nil {
		return nil, fmt.Errorf("read environment %s: %w", path, err)
	}
	return info, nil
}
