package interpreter

import "strings"

// MatchStatic says whether a wheel with this tag ("py2.py3-none-any", compressed tag sets included) may fit a CPython
// that is not at hand: python is "3.13", os "linux" or "macos", cpu "x86_64" or "aarch64", libc "glibc" or "musl"
// (for Linux). It errs on the side of yes, where a version of libc or macOS or free threading decides: the
// environment action asks the real interpreter.
func MatchStatic(wheelTag, python, os, cpu, libc string) bool {
	parts := strings.Split(wheelTag, "-")
	if len(parts) != 3 {
		return false
	}
	facts := Facts{Version: python}
	version := strings.ReplaceAll(python, ".", "")
	known := map[string]bool{}
	for _, threaded := range []bool{false, true} {
		abi := "cp" + version
		if threaded {
			abi += "t"
		}
		for _, tag := range expandTags(facts.minor(), threaded, []string{abi}, []string{"*"}) {
			known[tag] = true
		}
	}
	for _, interpreter := range strings.Split(parts[0], ".") {
		for _, abi := range strings.Split(parts[1], ".") {
			for _, platform := range strings.Split(parts[2], ".") {
				if platform != "any" {
					if !matchPlatform(platform, os, cpu, libc) {
						continue
					}
					platform = "*"
				}
				if known[interpreter+"-"+abi+"-"+platform] {
					return true
				}
			}
		}
	}
	return false
}

// matchPlatform compares one platform tag with constraint values in Bazel's words.
func matchPlatform(platform, os, cpu, libc string) bool {
	switch os {
	case "linux":
		family, arch := splitLinux(platform)
		if arch != linuxArch(cpu) {
			return false
		}
		return family == "linux" || (family == "manylinux" && libc != "musl") || (family == "musllinux" && libc != "glibc")
	case "macos", "osx":
		rest, ok := strings.CutPrefix(platform, "macosx_")
		if !ok {
			return false
		}
		fields := strings.SplitN(rest, "_", 3)
		if len(fields) != 3 {
			return false
		}
		if cpu == "aarch64" || cpu == "arm64" {
			return fields[2] == "arm64" || fields[2] == "universal2"
		}
		switch fields[2] {
		case "x86_64", "universal2", "universal", "intel", "fat64", "fat3":
			return true
		}
	}
	return false
}

// linuxArch is the name that wheel tags have for a processor.
func linuxArch(cpu string) string {
	switch cpu {
	case "arm64":
		return "aarch64"
	case "x86_32", "i386":
		return "i686"
	case "ppc":
		return "ppc64le"
	case "armv7":
		return "armv7l"
	}
	return cpu
}

// splitLinux splits "manylinux_2_17_x86_64" into "manylinux" and "x86_64".
func splitLinux(platform string) (family, arch string) {
	for _, prefix := range []string{"manylinux2014_", "manylinux2010_", "manylinux1_"} {
		if arch, ok := strings.CutPrefix(platform, prefix); ok {
			return "manylinux", arch
		}
	}
	if arch, ok := strings.CutPrefix(platform, "linux_"); ok {
		return "linux", arch
	}
	fields := strings.SplitN(platform, "_", 4)
	if len(fields) == 4 && (fields[0] == "manylinux" || fields[0] == "musllinux") {
		return fields[0], fields[3]
	}
	return "", ""
}
