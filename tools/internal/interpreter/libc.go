package interpreter

import (
	"debug/elf"
	"os/exec"
	"regexp"
	"strings"
)

// muslVersion is in what musl's loader prints when it is run without arguments.
var muslVersion = regexp.MustCompile(`(?m)^Version (\d+\.\d+)`)

// muslOf says which musl an executable is linked to, by asking the loader that the executable names, as
// packaging._musllinux does. No musl: a zero Libc.
func muslOf(executable string) Libc {
	loader := loaderOf(executable)
	if !strings.Contains(loader, "musl") {
		return Libc{}
	}
	cmd := exec.Command(loader)
	cmd.Env = []string{}
	output, _ := cmd.CombinedOutput() // it prints its version and exits with 1
	if found := muslVersion.FindSubmatch(output); found != nil {
		return Libc{Name: "musl", Version: string(found[1])}
	}
	return Libc{}
}

// loaderOf is the program interpreter that an ELF executable names, such as /lib/ld-musl-x86_64.so.1.
func loaderOf(executable string) string {
	file, err := elf.Open(executable)
	if err != nil {
		return ""
	}
	defer file.Close()
	for _, program := range file.Progs {
		if program.Type != elf.PT_INTERP {
			continue
		}
		name := make([]byte, program.Filesz)
		if _, err := program.ReadAt(name, 0); err != nil {
			return ""
		}
		return strings.TrimRight(string(name), "\x00")
	}
	return ""
}
