package walls

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// systemPrograms are the directories in which the basics are looked for, in this order.
var systemPrograms = []string{"/usr/bin", "/bin"}

// basics are the programs of the machine that every hook may use: a shell, the core utilities, and what unpacks, compares and
// drives a build. No interpreter, compiler, version control or pkg-config: those decide what is built, and are declared.
var basics = strings.Fields(`
	sh bash dash
	[ arch b2sum base32 base64 basename basenc cat chgrp chmod chown cksum comm cp csplit cut date dd df dir dircolors dirname du
	echo env expand expr factor false fmt fold groups head id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv
	nice nl nohup nproc numfmt od paste pathchk pr printenv printf ptx pwd readlink realpath rm rmdir seq sha1sum sha224sum
	sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true
	truncate tsort tty uname unexpand uniq unlink vdir wc whoami yes
	awk gawk mawk nawk egrep fgrep grep sed find xargs cmp diff diff3 sdiff patch
	make tar gzip gunzip zcat bzip2 bunzip2 bzcat xz unxz xzcat
	flock getconf getopt hostname ldd which`)

// Basics are the names of the machine's programs that every hook finds on PATH, if the machine has them.
func Basics() []string { return append([]string(nil), basics...) }

// linkTools fills the place Tools. A declared tool wins over a basic one of the same name.
func (r *Room) linkTools() error {
	dir := r.Outside(Tools)
	for _, name := range basics {
		if _, declared := r.spec.Tools[name]; declared {
			continue
		}
		for _, from := range systemPrograms {
			program := filepath.Join(from, name)
			if info, err := os.Stat(program); err == nil && info.Mode().IsRegular() {
				if err := os.Symlink(program, filepath.Join(dir, name)); err != nil {
					return fmt.Errorf("link a basic tool: %w", err)
				}
				break
			}
		}
	}
	names := make([]string, 0, len(r.spec.Tools))
	for name := range r.spec.Tools {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if name == "" || name == "." || name == ".." || strings.ContainsRune(name, '/') {
			return fmt.Errorf("tool %q: a name on PATH is expected, without a slash", name)
		}
		if err := r.linkTool(dir, name, r.spec.Tools[name]); err != nil {
			return fmt.Errorf("tool %q: %w", name, err)
		}
	}
	return nil
}

// linkTool shows one declared tool.
func (r *Room) linkTool(dir, name, program string) error {
	outside := program
	if !filepath.IsAbs(program) {
		outside = filepath.Join(r.spec.Execroot, program)
	} else if rest, ok := below(program, r.spec.Execroot); ok && r.spec.Execroot != "" {
		program = rest
	}
	info, err := os.Stat(outside)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not an executable file", outside)
	}
	target := program
	if !filepath.IsAbs(program) {
		target = r.Inside(filepath.Join(Execroot, program))
	}
	return r.placeTool(filepath.Join(dir, name), target, outside)
}
