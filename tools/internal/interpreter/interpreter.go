// Package interpreter knows Python interpreters: what one is (Probe), which wheels it can use (Facts.Tags), how one
// that is part of the build becomes an archive (Pack), and how a system one is shown without the packages of its
// host (Isolate).
package interpreter

import "strings"

// Path is where an in-build interpreter lies inside the walls.
const Path = "/pyproject/python"

// Source says where the interpreter of a build comes from.
type Source struct {
	// Archive is the path of an in-build interpreter's archive, made by Pack. Empty: a system interpreter.
	Archive string
	// Executable is the absolute path of a system interpreter, else the path of the executable relative to the
	// archive's root, such as "bin/python3.13".
	Executable string
}

// Libc is the C library that an interpreter on Linux is linked to. Both fields are empty elsewhere.
type Libc struct {
	// Name is "glibc" or "musl".
	Name string `json:"name,omitempty"`
	// Version is "2.41" for example.
	Version string `json:"version,omitempty"`
}

// Facts is what a build needs to know of an interpreter. All of it is of the base interpreter, also where the
// probed one belongs to a virtual environment.
type Facts struct {
	// Version is the whole version, "3.13.5" or "3.14.0rc2".
	Version string `json:"version"`
	// Executable is the real path of the base interpreter, no symbolic link.
	Executable string `json:"executable"`
	// BasePrefix is sys.base_prefix.
	BasePrefix string `json:"base_prefix"`
	// Markers holds the value of each variable of PEP 508, except extra. On Linux platform_release and
	// platform_version are empty: they are the kernel's, and a build must not depend on that.
	Markers map[string]string `json:"markers"`
	// Platform is sysconfig.get_platform(), "linux-x86_64".
	Platform string `json:"platform"`
	// MacOS is the version of macOS, "14.5"; empty elsewhere.
	MacOS string `json:"macos,omitempty"`
	// Bits is the size of a pointer, 64 or 32.
	Bits int `json:"bits"`
	// SOABI is "cpython-313-x86_64-linux-gnu".
	SOABI string `json:"soabi"`
	// ExtSuffix is the suffix of an extension module, ".cpython-313-x86_64-linux-gnu.so".
	ExtSuffix string `json:"ext_suffix"`
	// CacheTag is the tag in the names of byte code files, "cpython-313".
	CacheTag string `json:"cache_tag"`
	// ABIFlags is sys.abiflags: "", "t" (free-threaded), "d" (debug).
	ABIFlags string `json:"abiflags"`
	// FreeThreaded says that the interpreter was built without the global interpreter lock.
	FreeThreaded bool `json:"free_threaded"`
	// Debug says that the interpreter is a debug build.
	Debug bool `json:"debug,omitempty"`
	// Libc is the C library that the interpreter is linked to.
	Libc Libc `json:"libc"`
	// Stdlib is the directory of the standard library.
	Stdlib string `json:"stdlib"`
	// Include is the directory of Python.h.
	Include string `json:"include"`
	// PlatLib is sys.platlibdir: "lib", or "lib64" as Fedora has it.
	PlatLib string `json:"platlib"`
	// SitePackages is the path of site-packages below an environment's prefix, "lib/python3.13/site-packages".
	SitePackages string `json:"site_packages"`
	// Customized lists the sitecustomize and usercustomize modules that lie in the standard library's directory,
	// by absolute path (Debian has one). No build may see them.
	Customized []string `json:"customized,omitempty"`
}

// MinorVersion is the first two numbers of the version, "3.13".
func (f Facts) MinorVersion() string {
	parts := strings.SplitN(f.Version, ".", 3)
	if len(parts) < 2 {
		return f.Version
	}
	return parts[0] + "." + parts[1]
}

// LibName is the name that directories of this version and build have: "python3.13", "python3.13t".
func (f Facts) LibName() string {
	if f.FreeThreaded {
		return "python" + f.MinorVersion() + "t"
	}
	return "python" + f.MinorVersion()
}

// Is says whether the interpreter has a version: "3.13", "3.13.5", "3.13t" for the free-threaded build of 3.13; every
// interpreter has the empty one.
func (f Facts) Is(version string) bool {
	if version == "" {
		return true
	}
	number, freeThreaded := strings.CutSuffix(version, "t")
	return freeThreaded == f.FreeThreaded && (f.Version == number || strings.HasPrefix(f.Version, number+"."))
}

// Rebase returns the facts with each path below from moved to the same place below to.
func (f Facts) Rebase(from, to string) Facts {
	move := func(p string) string {
		if p == from || strings.HasPrefix(p, from+"/") {
			return to + p[len(from):]
		}
		return p
	}
	f.Executable, f.BasePrefix = move(f.Executable), move(f.BasePrefix)
	f.Stdlib, f.Include = move(f.Stdlib), move(f.Include)
	customized := f.Customized
	f.Customized = nil
	for _, p := range customized {
		f.Customized = append(f.Customized, move(p))
	}
	return f
}
