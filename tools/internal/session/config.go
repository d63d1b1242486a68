// Package session runs one session of hooks: it stages a source tree and its build environment inside of walls, checks
// what the project asks for against what is locked, calls the hooks of the project's own backend, and checks and
// normalises the wheel that comes out.
//
// What a hook sees is the same everywhere (BE-4). Its environment holds, in this order and with no way for an earlier
// one to win over a later: the variables of the target (Config.Env), CC, CXX and AR (launchers at fixed paths, with and
// without a C++ toolchain), PYTHONDONTWRITEBYTECODE (nothing but the backend's own doing lands in the source copy), and
// those of the walls. The target may not set a fixed one, SOURCE_DATE_EPOCH from 1980-01-01 on excepted.
package session

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/patch"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// Config is everything that a session depends on. Paths are relative to the working directory, which in an action is
// Bazel's execution root, or absolute.
type Config struct {
	// Label is the target, for messages.
	Label string

	// Environment is the archive of the build environment and EnvironmentInfo its description (JSON), as the verb
	// environment made them.
	Environment     string
	EnvironmentInfo string
	// Lock is what messages call the lock, and Repair is the command that brings it up to date; both may be empty.
	Lock   string
	Repair string
	// Overrides change what the project, its hooks and the distributions of the environment ask for (BE-6).
	Overrides []override.Override
	// Interpreter is the absolute path of a system interpreter. Otherwise InterpreterArchive is the archive of an
	// in-build one, and InterpreterExecutable the executable's path in it.
	Interpreter           string
	InterpreterArchive    string
	InterpreterExecutable string
	// HostSitePackages lets hooks see what is installed beside a system interpreter: BE-6's named escape. Nothing is kept of such
	// a session.
	HostSitePackages bool

	// Sources are the files of the source tree and SourceRoot the directory, in terms of SourceFile.Dest, that is its top.
	// Of two files for one place the later wins.
	Sources    []SourceFile
	SourceRoot string
	// SourceName is the name of the directory that the hooks run in. For an sdist it is the name of its top directory.
	SourceName string
	// Sdist is a source distribution, in the place of Sources: a file, or a directory that holds exactly one.
	Sdist string
	// Patches change the sdist once it is unpacked (BE-6).
	Patches patch.Series

	// Output is the directory that receives the wheel, or the sdist, under its own name; or what a .dist-info holds. Or OutputFile is the file that
	// receives it, and FileName its base name, which it has to have.
	Output     string
	OutputFile string
	FileName   string
	// Log is the file that receives what was built with what, and all that the backend printed. It is written when the
	// session fails too. Metadata is the directory that receives the wheel's .dist-info. Both may be empty.
	Log      string
	Metadata string
	// MetadataFile, EntryPoints and Requirements are files that a session for metadata writes beside Output: METADATA,
	// entry_points.txt (empty where there is none) and the Requires-Dist fields, one a line. Each may be empty.
	MetadataFile string
	EntryPoints  string
	Requirements string

	// Settings is config_settings, the same for each hook.
	Settings hook.Settings
	// Env are NAME=VALUE variables of the target.
	Env []string
	// Walls is the kind of walls.
	Walls walls.Kind
	// Timeout is how long one hook may run; 0 is for ever.
	Timeout time.Duration
	// NativeExtensions is what the user expects the wheel to hold (HOOK-7).
	NativeExtensions wheel.Native
	// UnknownKeys says how unknown keys of [build-system] are treated (REQ-3).
	UnknownKeys project.Severity
	// SdistMetadata says what a wheel is whose metadata differ from what the sdist's PKG-INFO promises (SDIST-3).
	SdistMetadata project.Severity
	// Compilers is the C++ toolchain; the zero value is none.
	Compilers Compilers
	// StandIns are the distributions that tools stand for: what asks for them is satisfied, and they are nowhere installed.
	StandIns []requirement.Distribution
	// Tools are further programs for PATH: name to path.
	Tools map[string]string
	// ExecrootFiles are files and directories of the execution root, relative to it, that compilers and tools read
	// beside themselves.
	ExecrootFiles []string

	// Cache says what the cache directory starts with, and what becomes of it.
	Cache Cache

	// Timing is told how long each step took, if it is set.
	Timing func(step string, took time.Duration) `json:"-"`
}

// SourceFile is one file, or a directory with all that it holds, of a source tree.
type SourceFile struct {
	// Dest is where it belongs, slash-separated and relative: the short path that Bazel gives a file.
	Dest string
	// Path is where it is.
	Path string
}

// ParseSource reads DEST=PATH. Both may hold equals signs: Bazel's PATH ends as DEST does, and that decides.
func ParseSource(text string) (SourceFile, error) {
	var first SourceFile
	for i := range len(text) {
		if text[i] != '=' {
			continue
		}
		file := SourceFile{Dest: text[:i], Path: text[i+1:]}
		if file.Dest == "" || file.Path == "" {
			continue
		}
		if tail := strings.TrimPrefix(file.Dest, "../"); file.Path == tail || strings.HasSuffix(file.Path, "/"+tail) {
			return file, nil
		}
		if first.Dest == "" {
			first = file
		}
	}
	if first.Dest == "" {
		return first, fmt.Errorf("source %q is not DEST=PATH", text)
	}
	return first, nil
}

// check says what makes no session of a Config.
func (c *Config) check() error {
	switch {
	case c.Environment == "" || c.EnvironmentInfo == "":
		return fmt.Errorf("a session needs a build environment: --environment and --environment-info")
	case (c.Interpreter == "") == (c.InterpreterArchive == ""):
		return fmt.Errorf("a session needs one interpreter: --interpreter, or --interpreter-archive")
	case c.Interpreter != "" && !path.IsAbs(c.Interpreter):
		return fmt.Errorf("the system interpreter %q is not an absolute path", c.Interpreter)
	case c.InterpreterArchive != "" && c.InterpreterExecutable == "":
		return fmt.Errorf("--interpreter-archive needs --interpreter-executable")
	case c.HostSitePackages && c.Interpreter == "":
		return fmt.Errorf("--host-site-packages needs a system interpreter: --interpreter")
	case c.HostSitePackages && (c.Cache.Input != "" || c.Cache.Output != ""):
		return fmt.Errorf("--host-site-packages and a cache directory that is kept exclude each other")
	case (len(c.Sources) == 0) == (c.Sdist == ""):
		return fmt.Errorf("a session needs one source: --source for each file of a tree, or --sdist")
	case len(c.Patches.Files) > 0 && c.Sdist == "":
		return fmt.Errorf("--patch changes an sdist, and there is none")
	case c.OutputFile != "" && path.Base(c.OutputFile) != c.FileName:
		return fmt.Errorf("--output-file=%s and --file-name=%s are different names", c.OutputFile, c.FileName)
	case c.Walls == "":
		return fmt.Errorf("a session needs --walls")
	}
	return nil
}

// resolveSdist puts the one file of a directory in the place of the directory.
func (c *Config) resolveSdist() error {
	if c.Sdist == "" {
		return nil
	}
	info, err := os.Stat(c.Sdist)
	if err != nil || !info.IsDir() {
		return err
	}
	entries, err := os.ReadDir(c.Sdist)
	if err != nil {
		return fmt.Errorf("read sdist: %w", err)
	}
	if len(entries) != 1 {
		return fmt.Errorf("--sdist=%s is a directory of %d files, and one is expected: the sdist", c.Sdist, len(entries))
	}
	c.Sdist = filepath.Join(c.Sdist, entries[0].Name())
	return nil
}

// sourceName is the name of the directory that a source tree is copied to.
func (c *Config) sourceName() string {
	switch {
	case c.SourceName != "":
		return c.SourceName
	case c.SourceRoot != "":
		return path.Base(c.SourceRoot)
	}
	return "source"
}

// pyprojectFile is what messages call the project's pyproject.toml.
func (c *Config) pyprojectFile() string {
	if c.Sdist != "" {
		return path.Base(c.Sdist) + ": pyproject.toml"
	}
	return path.Join(c.SourceRoot, "pyproject.toml")
}
