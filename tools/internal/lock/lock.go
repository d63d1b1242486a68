// Package lock reads and writes locks of build requirements: lists of distributions, each pinned to one version, with
// the hashes of the files that may be used. Read are pip's requirement files, pylock.toml (PEP 751) and, by the name of a
// group or extra, the locks of whole projects that uv, Poetry and PDM write; written are the first two.
// It never looks at a network or at the distributions themselves, and it repairs nothing: what a lock lacks is an
// error that names the file, the line and the cure.
package lock

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Lock is what a lock file says, with the files that it includes.
type Lock struct {
	// Path is the path of the lock, relative to the root that it was read from, with slashes.
	Path string
	// Sources are the paths of all files that were read, or looked for in vain, Path first, each relative to the root.
	Sources []string
	// Command is the command that writes the lock again, as its header names it, or "".
	Command string
	// Asked says what hooks asked for when the lock was written, and where. ReadAsked reads it; Read leaves it empty.
	Asked []Asked
	// RequiresPython are the versions of Python that the lock was made for, if it says so.
	RequiresPython requirement.Specifier
	// Environments are the markers of a pylock.toml of which one at least has to hold where the lock is used. None
	// means that every environment will do.
	Environments []*requirement.Marker
	// IndexURLs are the lock's own indexes, the main one first. None means that the user's configuration decides.
	IndexURLs []string
	// MainIndex says that the first of IndexURLs stands in the place of pip's own default, as --index-url does.
	MainIndex bool
	// Packages are the locked distributions in the order of the file. Several may have the same name; their markers
	// differ.
	Packages []Package
	// Wheels are the distributions that targets of the lock's own repository build, in the place of entries.
	Wheels []Wheel
}

// Package is one entry of a lock: a distribution in one version.
type Package struct {
	// Name is the normalised name.
	Name string
	// Version is the pinned version as it was written. It is "" where the lock does not say, which is allowed for a
	// direct URL only.
	Version string
	// Marker says in which environments the entry counts. Nil means in all of them.
	Marker *requirement.Marker
	// Extras are the normalised names of the extras that the entry was locked with, sorted.
	Extras []string
	// RequiresPython are the versions of Python that the distribution itself is for, if the lock says so.
	RequiresPython requirement.Specifier
	// Files are the files that may be used, of which one at least is there.
	Files []File
	// Index is the index that the entry names, or "".
	Index string
	// DirectURL is the URL of an entry that is locked by URL, without the hash in its fragment, or "".
	DirectURL string
	// Source is the path of the file that the entry stands in, relative to the root.
	Source string
	// Line is the line of that file on which the entry begins, counted from 1.
	Line int
}

// File is one file of a distribution.
type File struct {
	// Name is the file's name, or "" where the lock has only hashes.
	Name string
	// SHA256 is its SHA-256 in lower-case hexadecimal digits, or "" where the lock has only stronger hashes.
	SHA256 string
	// Hashes are its stronger hashes, by the names "sha384" and "sha512"; nil if there are none.
	Hashes map[string]string
	// URL is where the lock says that the file is, or "".
	URL string
	// Size is its size in bytes, or 0 where the lock does not say.
	Size int64
}

// Environment is the part of a lock that one build environment is made from, as the verb repositories hands it to the
// verb environment: a superset of what any one interpreter needs.
type Environment struct {
	// Lock is the label of the lock file, for messages.
	Lock string `json:"lock"`
	// Command is the command that writes the lock again, for messages.
	Command string `json:"command,omitempty"`
	// RequiresPython are the versions of Python that the lock is for; "" means all of them.
	RequiresPython string `json:"requires_python,omitempty"`
	// Environments are the markers of which one has to hold where the lock is used. None means that it may be used everywhere.
	Environments []string `json:"environments,omitempty"`
	// Distributions are the locked distributions in the lock's order.
	Distributions []EnvironmentDistribution `json:"distributions"`
}

// EnvironmentDistribution is one locked distribution of an Environment.
type EnvironmentDistribution struct {
	// Name is the normalised name.
	Name string `json:"name"`
	// Version is the pinned version.
	Version string `json:"version"`
	// Marker says in which environments the distribution is wanted; "" means in all of them.
	Marker string `json:"marker,omitempty"`
	// RequiresPython are the versions of Python that the distribution is for, if the lock says so.
	RequiresPython string `json:"requires_python,omitempty"`
	// Extras are the extras that the distribution was locked with.
	Extras []string `json:"extras,omitempty"`
	// DirectURL is the URL of a distribution that is locked by URL, or "".
	DirectURL string `json:"direct_url,omitempty"`
	// Built is the label of the target that builds a wheel of it, where one does, or "". The version is "" if any will do.
	Built string `json:"built,omitempty"`
	// Files are the files of which the best for the interpreter is installed.
	Files []EnvironmentFile `json:"files"`
	// Line is the line of the lock on which the distribution stands, for messages.
	Line int `json:"line"`
}

// EnvironmentFile is one file of an EnvironmentDistribution.
type EnvironmentFile struct {
	// Name is the file's name.
	Name string `json:"name"`
	// SHA256 is its SHA-256 in lower-case hexadecimal digits.
	SHA256 string `json:"sha256"`
}

// ReadEnvironment reads an Environment from a file.
func ReadEnvironment(path string) (Environment, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Environment{}, fmt.Errorf("read locked environment: %w", err)
	}
	var e Environment
	if err := json.Unmarshal(data, &e); err != nil {
		return Environment{}, fmt.Errorf("read locked environment %s: %w", path, err)
	}
	return e, nil
}

// WriteEnvironment writes an Environment to a file.
func WriteEnvironment(path string, e Environment) error {
	data, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return fmt.Errorf("write locked environment: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write locked environment: %w", err)
	}
	return nil
}
