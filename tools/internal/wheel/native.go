package wheel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
	"slices"
	"strings"
)

// headSize is how much of each file's beginning is looked at: enough to find a PE header behind its DOS stub.
const headSize = 1024

// format is a kind of native file, found by its first bytes.
type format string

const (
	notNative format = ""
	elf       format = "ELF"
	machO     format = "Mach-O"
	pe        format = "PE"
	arArchive format = "static library"
	wasm      format = "WebAssembly"
)

// sniff finds the format of a file from its first bytes.
func sniff(head []byte) format {
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return elf
	case bytes.HasPrefix(head, []byte("\x00asm")):
		return wasm
	case bytes.HasPrefix(head, []byte("!<arch>\n")) && !bytes.HasPrefix(head[8:], []byte("debian-binary")):
		return arArchive
	case bytes.HasPrefix(head, []byte("MZ")) && len(head) >= 0x40:
		at := int(binary.LittleEndian.Uint32(head[0x3c:]))
		if at > 0 && at+4 <= len(head) && string(head[at:at+4]) == "PE\x00\x00" {
			return pe
		}
	case len(head) >= 8:
		switch binary.BigEndian.Uint32(head) {
		case 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe:
			return machO
		case 0xcafebabe:
			// A Java class starts alike; what is a count of architectures here is a version of 45 or more there.
			if count := binary.BigEndian.Uint32(head[4:]); count > 0 && count < 40 {
				return machO
			}
		}
	}
	return notNative
}

// nativeFile is a file that a machine runs or links.
type nativeFile struct {
	name    string
	format  format
	machine uint16 // ELF only
}

func newNativeFile(name string, head []byte) (nativeFile, bool) {
	n := nativeFile{name: name, format: sniff(head)}
	if n.format == elf && len(head) >= 20 {
		n.machine = binary.LittleEndian.Uint16(head[18:])
		if head[5] == 2 {
			n.machine = binary.BigEndian.Uint16(head[18:])
		}
	}
	return n, n.format != notNative
}

// bindsPlatform says whether the file makes a wheel unfit to be called "any". Launchers for Windows are data in pure
// wheels (setuptools, pip), and WebAssembly is what web assets are made of.
func (n nativeFile) bindsPlatform() bool {
	switch n.format {
	case wasm:
		return false
	case pe:
		ext := strings.ToLower(path.Ext(n.name))
		return ext == ".pyd" || ext == ".dll"
	}
	return true
}

// elfMachines are the machine numbers behind the ends of Linux platform tags.
var elfMachines = map[string]uint16{
	"x86_64": 62, "i686": 3, "aarch64": 183, "armv7l": 40, "armv6l": 40, "ppc64le": 21, "ppc64": 21, "s390x": 22, "riscv64": 243, "loongarch64": 258,
}

// checkNative holds the tags against the contents (HOOK-6) and both against what the user expects (HOOK-7).
func checkNative(name Name, files []nativeFile, want Native) []string {
	var problems []string
	binding := slices.DeleteFunc(slices.Clone(files), func(n nativeFile) bool { return !n.bindsPlatform() })
	specific := platformSpecific(name)
	switch {
	case specific != "" && len(files) == 0:
		problems = append(problems, fmt.Sprintf("its tag %s promises native code, and no file in it is native: the backend may have gone on without an extension that did not compile", specific))
	case slices.Contains(name.Platform, "any") && len(binding) > 0:
		problems = append(problems, fmt.Sprintf("its tag says that it runs anywhere, and %s native: %s", areOrIs(len(binding)), listNative(binding)))
	}
	switch {
	case want == NativeRequired && len(binding) == 0 && len(files) == 0:
		problems = append(problems, "native_extensions is \"required\", and no file in it is native")
	case want == NativeForbidden && len(binding) > 0:
		problems = append(problems, fmt.Sprintf("native_extensions is \"forbidden\", and %s native: %s", areOrIs(len(binding)), listNative(binding)))
	}
	if problem := checkMachines(name, files); problem != "" {
		problems = append(problems, problem)
	}
	return problems
}

// platformSpecific is the first tag that only a wheel with native code may have, or "".
func platformSpecific(name Name) string {
	for _, platform := range name.Platform {
		if platform != "any" {
			return platform
		}
	}
	for _, abi := range name.ABI {
		if abi != "none" {
			return abi
		}
	}
	return ""
}

// checkMachines finds a wheel whose every ELF file is for another machine than its tag. One that fits is enough: some
// wheels carry helpers for several.
func checkMachines(name Name, files []nativeFile) string {
	var elves []nativeFile
	for _, n := range files {
		if n.format == elf {
			elves = append(elves, n)
		}
	}
	if len(elves) == 0 {
		return ""
	}
	for _, platform := range name.Platform {
		for suffix, machine := range elfMachines {
			if strings.HasSuffix(platform, "_"+suffix) && !slices.ContainsFunc(elves, func(n nativeFile) bool { return n.machine == machine }) {
				return fmt.Sprintf("its tag %s does not fit its contents: %s is for another machine (ELF machine number %d, expected %d)", platform, elves[0].name, elves[0].machine, machine)
			}
		}
	}
	return ""
}

func areOrIs(count int) string {
	if count == 1 {
		return "one file is"
	}
	return fmt.Sprintf("%d files are", count)
}

func listNative(files []nativeFile) string {
	const shown = 5
	var names []string
	for i, n := range files {
		if i == shown {
			names = append(names, "…")
			break
		}
		names = append(names, fmt.Sprintf("%s (%s)", n.name, n.format))
	}
	return strings.Join(names, ", ")
}
