package repository

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// platform is a kind of machine that files are declared for, in the words of Bazel's constraint values.
type platform struct{ name, os, cpu, libc string }

var platforms = []platform{
	{"linux_x86_64_gnu", "linux", "x86_64", "gnu"},
	{"linux_x86_64_musl", "linux", "x86_64", "musl"},
	{"linux_aarch64_gnu", "linux", "aarch64", "gnu"},
	{"linux_aarch64_musl", "linux", "aarch64", "musl"},
	{"macos_x86_64", "macos", "x86_64", ""},
	{"macos_aarch64", "macos", "aarch64", ""},
}

var pythons = []string{"3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"}

// latestPatch is more than any version of Python ever had as its third number. Versions up to it stand for all that a
// marker can ask for.
const latestPatch = 40

var pythonVersion = regexp.MustCompile(`^3\.[0-9]{1,2}t?$`)

// target is one combination of Python and platform, which a select of the hub can ask for.
type target struct {
	python   string // as resolved_python has it: "3.13" or "3.13t"
	platform platform
	memory   *memory
}

// memory keeps what was found out for one Python and platform: locks repeat the same few tags and markers.
type memory struct {
	versions []string // full versions that stand for all of this minor one
	tags     map[string]bool
	markers  map[string]holds
	admitted map[string]bool
}

// holds is what can be said of a marker without the interpreter.
type holds struct{ possibly, certainly bool }

// targets are the combinations that the hub is for.
func (h Hub) targets() ([]target, error) {
	versions := h.PythonVersions
	if len(versions) == 0 {
		versions = pythons
	}
	var out []target
	for _, version := range versions {
		if !pythonVersion.MatchString(version) {
			return nil, fmt.Errorf("python_versions has %q; a minor version such as \"3.13\", or \"3.13t\" for a free-threaded one, is expected", version)
		}
		for _, p := range platforms {
			if len(h.Platforms) == 0 || slices.Contains(h.Platforms, p.name) {
				out = append(out, target{version, p, &memory{fullVersions(version), map[string]bool{}, map[string]holds{}, map[string]bool{}}})
			}
		}
	}
	for _, name := range h.Platforms {
		if !slices.ContainsFunc(platforms, func(p platform) bool { return p.name == name }) {
			return nil, fmt.Errorf("platforms has %q, which is none of %s", name, strings.Join(platformNames(), ", "))
		}
	}
	return out, nil
}

func platformNames() []string {
	var names []string
	for _, p := range platforms {
		names = append(names, p.name)
	}
	return names
}

// name is the name of the target's config_setting.
func (t target) name() string { return t.python + "_" + t.platform.name }

// fits says whether an interpreter of this kind may be able to use the wheel, whose name was parsed before.
func (t target) fits(file string, name wheel.Name) bool {
	tag := compressedTag(file)
	known, found := t.memory.tags[tag]
	if found {
		return known
	}
	version, threaded := strings.CutSuffix(t.python, "t")
	for _, abi := range name.ABI {
		// A wheel for a free-threaded Python is never used by another one, and the other way round.
		if strings.HasPrefix(abi, "cp") && strings.HasSuffix(abi, "t") != threaded || abi == "abi3" && threaded {
			continue
		}
		compressed := strings.Join(name.Python, ".") + "-" + abi + "-" + strings.Join(name.Platform, ".")
		libc := strings.Replace(t.platform.libc, "gnu", "glibc", 1)
		known = known || interpreter.MatchStatic(compressed, version, t.platform.os, t.platform.cpu, libc)
	}
	t.memory.tags[tag] = known
	return known
}

// compressedTag is the part of a wheel's file name that says where it fits.
func compressedTag(file string) string {
	start := len(file)
	for range 3 {
		start = max(strings.LastIndexByte(file[:start], '-'), 0)
	}
	return file[start:]
}

// wants says whether the marker may hold here, and whether it does for every interpreter of this kind.
func (t target) wants(marker *requirement.Marker) holds {
	if marker == nil {
		return holds{true, true}
	}
	text := marker.String()
	known, found := t.memory.markers[text]
	if found {
		return known
	}
	versions := t.memory.versions
	if !strings.Contains(text, "python_full_version") && !strings.Contains(text, "implementation_version") {
		versions = versions[:1]
	}
	known = holds{certainly: true}
	for _, version := range versions {
		value, err := marker.Evaluate(t.markerVariables(version), "")
		// What only the machine itself knows, such as platform_release, is left to the interpreter.
		known.possibly = known.possibly || value || err != nil
		known.certainly = known.certainly && value && err == nil
	}
	t.memory.markers[text] = known
	return known
}

// admits says whether some interpreter of this kind is among the versions.
func (t target) admits(versions requirement.Specifier) bool {
	text := versions.String()
	if text == "" {
		return true
	}
	known, found := t.memory.admitted[text]
	if found {
		return known
	}
	for _, full := range t.memory.versions {
		version, err := requirement.ParseVersion(full)
		known = known || err == nil && versions.Contains(version, true)
	}
	t.memory.admitted[text] = known
	return known
}

func fullVersions(python string) []string {
	minor := strings.TrimSuffix(python, "t")
	versions := make([]string, 0, latestPatch+2)
	for patch := 0; patch <= latestPatch; patch++ {
		versions = append(versions, fmt.Sprintf("%s.%d", minor, patch))
	}
	return append(versions, minor+".0rc1")
}

// markerVariables are the PEP 508 variables that this kind of interpreter has, with this full version.
func (t target) markerVariables(fullVersion string) map[string]string {
	variables := map[string]string{
		"python_version":                 strings.TrimSuffix(t.python, "t"),
		"python_full_version":            fullVersion,
		"implementation_version":         fullVersion,
		"implementation_name":            "cpython",
		"platform_python_implementation": "CPython",
		"os_name":                        "posix",
		"sys_platform":                   "linux",
		"platform_system":                "Linux",
		"platform_machine":               t.platform.cpu,
	}
	if t.platform.os == "macos" {
		variables["sys_platform"] = "darwin"
		variables["platform_system"] = "Darwin"
		if t.platform.cpu == "aarch64" {
			variables["platform_machine"] = "arm64"
		}
	}
	return variables
}
