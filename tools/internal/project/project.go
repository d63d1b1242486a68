// Package project reads what a source tree says about its build: the [build-system] table of pyproject.toml, or what
// PEP 517 says in its place. Every other table is left alone.
package project

import (
	"errors"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// LegacyBackend is the backend of projects that name none.
const LegacyBackend = "setuptools.build_meta:__legacy__"

// Severity says how something doubtful is treated.
type Severity int

const (
	// AsError makes it an error.
	AsError Severity = iota
	// AsWarning makes it a Warning.
	AsWarning
)

// Options change how Read judges.
type Options struct {
	// UnknownKeys says how keys of [build-system] that no PEP defines are treated. They are an error, unless a
	// published sdist, which its user can't change, is read.
	UnknownKeys Severity
	// File is what messages call pyproject.toml, such as "greeter/pyproject.toml". The default is "pyproject.toml".
	File string
}

// Project is what is known about a source tree before anything in it is run.
type Project struct {
	// BuildSystem says what builds the project.
	BuildSystem BuildSystem
	// HasPyproject says whether there is a pyproject.toml.
	HasPyproject bool
}

// BuildSystem is the [build-system] table, or its defaults.
type BuildSystem struct {
	// Requires are the build requirements that are known before the backend runs.
	Requires []requirement.Requirement
	// Backend is the backend, "module" or "module:object".
	Backend string
	// BackendPath are the directories from which an in-tree backend is loaded, relative to the source tree, with
	// slashes and without "..".
	BackendPath []string
	// Declared says whether there is a [build-system] table.
	Declared bool
	// Legacy says whether Backend is the legacy backend of projects that name none.
	Legacy bool
}

// Warning is a remark that does not stop a build.
type Warning struct {
	// File, Line and Column say where; the last two are counted from 1.
	File   string
	Line   int
	Column int
	// Message says what.
	Message string
}

// Read reads the source tree at dir.
func Read(dir string, opts Options) (*Project, []Warning, error) {
	return nil, nil, errors.New("not yet")
}
