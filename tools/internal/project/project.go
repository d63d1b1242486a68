// Package project reads what a source tree says about its build: the [build-system] table of pyproject.toml, or what
// PEP 517 says in its place. Every other table is left alone.
package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

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
	// Alone says that no more than pyproject.toml, or setup.py, need be there: what it says of other files is not held
	// against them.
	Alone bool
}

// Project is what is known about a source tree before anything in it is run.
type Project struct {
	// BuildSystem says what builds the project.
	BuildSystem BuildSystem
	// Name is the normalised name that the [project] table has, or "".
	Name string
	// HasPyproject says whether there is a pyproject.toml.
	HasPyproject bool
	// EntryPoints says whether the [project] table declares entry points, or calls them dynamic.
	EntryPoints bool
	// RequiresPython is what the [project] table says of Python's versions, as it is written there, or "".
	RequiresPython string
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

// defaultRequires are the build requirements of projects that declare none (PEP 517, PEP 518).
const defaultRequires = "setuptools>=40.8.0"

// fileName is the name of the file that declares the build system.
const fileName = "pyproject.toml"

// sizeLimit bounds what is read of pyproject.toml. The largest that are published have some hundred kilobytes.
const sizeLimit = 8 << 20

// Read reads the source tree at dir. What is wrong with the user's file is an *Error with its place; other errors
// say that something could not be read.
func Read(dir string, opts Options) (*Project, []Warning, error) {
	if opts.File == "" {
		opts.File = fileName
	}
	data, err := readLimited(filepath.Join(dir, fileName), opts.File)
	if errors.Is(err, fs.ErrNotExist) {
		p, err := legacyProject(dir, opts, false)
		return p, nil, err
	}
	if err != nil {
		return nil, nil, err
	}
	return parse(dir, data, opts)
}

// readLimited reads the file. It is looked at before it is opened, since opening a pipe would wait for a writer.
func readLimited(path, shown string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		// A link that leads nowhere is not a project without pyproject.toml: its file was left out of the sources.
		if target, linkErr := os.Readlink(path); linkErr == nil {
			return nil, fmt.Errorf("%s is a symbolic link to %s, which does not exist; add that file to the sources", shown, target)
		}
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: it is not a regular file", shown)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, sizeLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", shown, err)
	}
	if len(data) > sizeLimit {
		return nil, fmt.Errorf("%s is larger than %d MiB, which no pyproject.toml is; check which file lies there", shown, sizeLimit>>20)
	}
	return data, nil
}

// legacyProject is a project without a [build-system] table, which needs a setup.py.
func legacyProject(dir string, opts Options, hasPyproject bool) (*Project, error) {
	file := opts.File
	info, err := os.Stat(filepath.Join(dir, "setup.py"))
	if (err != nil || !info.Mode().IsRegular()) && !(opts.Alone && hasPyproject) {
		what := "neither a " + file + " nor a setup.py"
		if hasPyproject {
			what = "neither a [build-system] table in " + file + " nor a setup.py"
		}
		return nil, fmt.Errorf("the source tree has %s, so nothing says what builds it.\n"+
			"Possible fixes:\n"+
			" - add the file to the sources, if it exists and was left out of them;\n"+
			" - declare the build system in %s, for example\n"+
			"     [build-system]\n     requires = [\"setuptools>=77\"]\n     build-backend = \"setuptools.build_meta\"", what, file)
	}
	r, err := requirement.Parse(defaultRequires)
	if err != nil {
		return nil, err
	}
	return &Project{
		HasPyproject: hasPyproject,
		BuildSystem:  BuildSystem{Requires: []requirement.Requirement{r}, Backend: LegacyBackend, Legacy: true},
	}, nil
}
