package interpreter

import (
	"fmt"
	"strconv"
	"strings"
)

// Tags lists the wheel tags that the interpreter can use, best first, as packaging.tags.sys_tags does
// (https://packaging.python.org/specifications/platform-compatibility-tags/).
func (f Facts) Tags() []string {
	var abis []string
	version := strings.ReplaceAll(f.MinorVersion(), ".", "")
	threaded := ""
	if f.FreeThreaded {
		threaded = "t"
	}
	if f.Debug {
		abis = append(abis, "cp"+version+threaded+"d")
	}
	abis = append(abis, "cp"+version+threaded) // a debug build loads ordinary extension modules too
	return expandTags(f.minor(), f.FreeThreaded, abis, f.platforms())
}

// minor is the second number of the version.
func (f Facts) minor() int {
	_, minor, _ := strings.Cut(f.MinorVersion(), ".")
	n, _ := strconv.Atoi(minor)
	return n
}

// expandTags combines interpreters, ABIs and platforms in packaging's order.
func expandTags(minor int, freeThreaded bool, abis, platforms []string) []string {
	var tags []string
	add := func(python, abi string) {
		for _, platform := range platforms {
			tags = append(tags, python+"-"+abi+"-"+platform)
		}
	}
	stable := "abi3"
	if freeThreaded {
		stable = "abi3t" // PEP 803
	}
	own := fmt.Sprintf("cp3%d", minor)
	for _, abi := range append(append([]string{}, abis...), stable, "none") {
		add(own, abi)
	}
	for older := minor - 1; older >= 2; older-- {
		add(fmt.Sprintf("cp3%d", older), stable)
	}
	pure := []string{fmt.Sprintf("py3%d", minor), "py3"}
	for older := minor - 1; older >= 0; older-- {
		pure = append(pure, fmt.Sprintf("py3%d", older))
	}
	for _, python := range pure {
		add(python, "none")
	}
	for _, python := range append([]string{own}, pure...) {
		tags = append(tags, python+"-none-any")
	}
	return tags
}

// platforms lists the platform tags, best first.
func (f Facts) platforms() []string {
	switch f.Markers["sys_platform"] {
	case "linux":
		return f.linuxPlatforms()
	case "darwin":
		return macPlatforms(f.MacOS, f.Markers["platform_machine"], f.Bits)
	}
	return []string{normalizePlatform(f.Platform)}
}

func normalizePlatform(platform string) string {
	return strings.NewReplacer(".", "_", "-", "_", " ", "_").Replace(platform)
}

// manylinuxArchs are the processors for which manylinux says that the name alone decides.
var manylinuxArchs = map[string]bool{
	"x86_64": true, "aarch64": true, "ppc64": true, "ppc64le": true, "s390x": true, "loongarch64": true,
	"riscv64": true, "i686": true, "armv7l": true,
}

// legacyManylinux are the names that some glibc versions had before PEP 600.
var legacyManylinux = map[int]string{17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}

func (f Facts) linuxPlatforms() []string {
	arch := strings.TrimPrefix(normalizePlatform(f.Platform), "linux_")
	if f.Bits == 32 {
		switch arch {
		case "x86_64":
			arch = "i686"
		case "aarch64":
			arch = "armv8l"
		}
	}
	archs := []string{arch}
	if arch == "armv8l" {
		archs = append(archs, "armv7l")
	}
	var platforms []string
	for _, arch := range archs {
		platforms = append(platforms, "linux_"+arch)
	}
	major, minor := splitVersion(f.Libc.Version)
	for _, arch := range archs {
		switch {
		case f.Libc.Name == "glibc" && major == 2 && manylinuxArchs[arch]:
			platforms = append(platforms, manylinux(arch, minor)...)
		case f.Libc.Name == "musl" && major == 1:
			for m := minor; m >= 0; m-- {
				platforms = append(platforms, fmt.Sprintf("musllinux_1_%d_%s", m, arch))
			}
		}
	}
	return platforms
}

func manylinux(arch string, minor int) []string {
	oldest := 17
	if arch == "x86_64" || arch == "i686" {
		oldest = 5
	}
	var platforms []string
	for m := minor; m >= oldest; m-- {
		platforms = append(platforms, fmt.Sprintf("manylinux_2_%d_%s", m, arch))
		if name, ok := legacyManylinux[m]; ok {
			platforms = append(platforms, name+"_"+arch)
		}
	}
	return platforms
}

// macPlatforms lists the tags of a macOS version and processor.
func macPlatforms(version, arch string, bits int) []string {
	major, minor := splitVersion(version)
	if bits == 32 {
		arch = "i386"
	}
	var formats []string
	switch arch {
	case "x86_64":
		formats = []string{"x86_64", "intel", "fat64", "fat3", "universal2", "universal"}
	case "i386":
		formats = []string{"i386", "intel", "fat3", "fat", "universal"}
	case "arm64":
		formats = []string{"arm64", "universal2"}
	default:
		formats = []string{arch}
	}
	var platforms []string
	add := func(major, minor int, formats []string) {
		for _, format := range formats {
			platforms = append(platforms, fmt.Sprintf("macosx_%d_%d_%s", major, minor, format))
		}
	}
	for m := major; m >= 11; m-- { // each year's release is a major version since 11
		add(m, 0, formats)
	}
	if major >= 11 {
		if arch != "x86_64" {
			formats = []string{"universal2"} // its x86_64 half may name an older macOS
		}
		minor = 16
	}
	for m := minor; m >= 4; m-- {
		add(10, m, formats)
	}
	return platforms
}

// splitVersion returns the first two numbers of a version.
func splitVersion(version string) (major, minor int) {
	parts := strings.SplitN(version, ".", 3)
	major, _ = strconv.Atoi(parts[0])
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return major, minor
}
