package session

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// Compilers is Bazel's C++ toolchain: programs, absolute or relative to the execution root, and the flags that the
// toolchain gives them.
type Compilers struct {
	CC, CXX, AR, LD, NM, Strip, Objcopy string
	CCFlags, CXXFlags, LinkFlags        []string
	// Cache is ccache, or "". It is used where the cache directory outlasts the session.
	Cache string
}

// declared says whether there is a C++ toolchain.
func (c Compilers) declared() bool { return c.CC != "" || c.CXX != "" }

// relative says whether anything in c lies in the execution root.
func (c Compilers) relative() bool {
	for _, program := range []string{c.CC, c.CXX, c.AR, c.LD, c.NM, c.Strip, c.Objcopy, c.Cache} {
		if program != "" && !filepath.IsAbs(program) {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(c.CCFlags, c.CXXFlags, c.LinkFlags), func(flag string) bool {
		return execrootPath.MatchString(flag)
	})
}

// execrootPath finds a path relative to the execution root in a flag: alone, after "=", "," or ":", or right after one of
// the options that take a path without a separator.
var execrootPath = regexp.MustCompile(`(^|[=,:]|^-(?:I|L|B|F|isystem|iquote|idirafter|isysroot|include|imacros|resource-dir))((?:external|bazel-out)/)`)

// launchers writes the compilers that hooks see, at the same paths whatever the toolchain is: a backend may write its
// compiler's command into the wheel (contourpy does). Each is a script for sh that adds the toolchain's flags.
type launchers struct {
	compilers Compilers
	execroot  string   // as a hook sees it
	prefixMap []string // flags that hide where the room is
	cache     compilerCache
}

// launcherNames are the variables that name a launcher. Everything else is found by its name on PATH.
var launcherNames = map[string]string{"CC": "cc", "CXX": "c++", "AR": "ar"}

func (l launchers) write(dir string) error {
	c := l.compilers
	scripts := map[string]string{
		"cc":  l.compiler("cc", c.CC, c.CCFlags, false),
		"c++": l.compiler("c++", c.CXX, c.CXXFlags, !isCXXDriver(c.CXX)),
	}
	programs := map[string]string{"ar": c.AR, "ld": c.LD, "nm": c.NM, "strip": c.Strip, "objcopy": c.Objcopy}
	maps.Copy(programs, c.companions())
	for name, program := range programs {
		if program != "" {
			scripts[name] = fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", l.quote(program))
		}
	}
	if c.AR != "" {
		// ranlib is ar's "s" by another name, and no toolchain of Bazel names it.
		scripts["ranlib"] = fmt.Sprintf("#!/bin/sh\nfor archive; do case $archive in -*) ;; *) %s s \"$archive\" || exit; esac; done\n", l.quote(c.AR))
	}
	for name, script := range scripts {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
			return fmt.Errorf("write compiler launcher: %w", err)
		}
		if err := os.Chmod(path, 0o755); err != nil {
			return fmt.Errorf("write compiler launcher: %w", err)
		}
	}
	return nil
}

// companions are the programs beside ld that a compiler looks for on PATH and that no toolchain of Bazel names: Debian's
// gcc finds as nowhere else, and -fuse-ld=gold wants ld.gold.
func (c Compilers) companions() map[string]string {
	dir, base := filepath.Split(c.LD)
	prefix, ok := strings.CutSuffix(base, "ld")
	if c.LD == "" || !ok {
		dir, prefix = filepath.Dir(c.CC)+"/", ""
	}
	names := map[string]string{"as": dir + prefix + "as"}
	for _, flag := range c.LinkFlags {
		if linker, ok := strings.CutPrefix(flag, "-fuse-ld="); ok && !strings.ContainsRune(linker, '/') {
			names["ld."+linker] = dir + prefix + "ld." + linker
		}
	}
	maps.DeleteFunc(names, func(_, path string) bool {
		info, err := os.Stat(path)
		return err != nil || !info.Mode().IsRegular()
	})
	return names
}

// noToolchain is what a compiler says where there is none. Hints look for it.
const noToolchain = "this target has no C++ toolchain"

func (l launchers) compiler(name, program string, flags []string, addRuntime bool) string {
	if program == "" {
		return fmt.Sprintf("#!/bin/sh\necho >&2 '%s: %s'\nexit 127\n", name, noToolchain)
	}
	link, libraries := splitLinkFlags(l.compilers.LinkFlags, addRuntime)
	call := l.quote(program) + l.quoteAll(flags) + l.quoteAll(l.prefixMap)
	cached := ""
	if l.cache.program != "" {
		cached = `for argument; do
	[ "$argument" = -c ] || continue
` + l.cache.exports() + `	exec ` + l.quote(l.cache.program) + " " + call + ` "$@"
done
`
	}
	return `#!/bin/sh
` + cached + `# One argument alone asks something (-v, --version); otherwise what does not say where to stop links.
link=$(($# > 1))
for argument; do
	case $argument in -c | -E | -S | -M | -MM | -fsyntax-only | --version | -dump* | -print-*) link=0 ;; esac
done
if [ "$link" = 1 ]; then
	exec ` + call + l.quoteAll(link) + ` "$@"` + l.quoteAll(libraries) + `
fi
exec ` + call + ` "$@"
`
}

// cxxRuntime are the libraries that Bazel's toolchains name when they link C++ with a driver for C. An extension in C
// must not come to need them.
var cxxRuntime = []string{"-lstdc++", "-lc++", "-lc++abi", "-lm", "-lunwind"}

// splitLinkFlags takes apart what comes before a command's own arguments and the libraries, which come after them.
func splitLinkFlags(flags []string, addRuntime bool) (before, after []string) {
	for _, flag := range flags {
		switch {
		case slices.Contains(cxxRuntime, flag) && !addRuntime:
		case strings.HasPrefix(flag, "-l"):
			after = append(after, flag)
		default:
			before = append(before, flag)
		}
	}
	return before, after
}

// isCXXDriver says whether a compiler links the C++ library by itself.
func isCXXDriver(program string) bool {
	base := filepath.Base(program)
	return strings.Contains(base, "++")
}

func (l launchers) quoteAll(flags []string) string {
	var out strings.Builder
	for _, flag := range flags {
		out.WriteString(" " + shellQuote(execrootPath.ReplaceAllString(flag, "${1}"+strings.ReplaceAll(l.execroot, "$", "$$")+"/${2}")))
	}
	return out.String()
}

func (l launchers) quote(program string) string {
	if !filepath.IsAbs(program) {
		program = l.execroot + "/" + program
	}
	return shellQuote(program)
}

func shellQuote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// prefixMap makes compilers write the paths of required walls wherever the room is. The last flag that fits wins.
func prefixMap(room *walls.Room, basePrefix string) []string {
	if room.Kind() != walls.Paths {
		return nil
	}
	root := strings.TrimSuffix(room.Inside(walls.Source), strings.TrimPrefix(walls.Source, walls.Base))
	flags := []string{"-ffile-prefix-map=" + root + "=" + walls.Base}
	if basePrefix != "" {
		flags = append(flags, "-ffile-prefix-map="+filepath.Join(root, isolated)+"="+basePrefix)
	}
	if place := room.Inside(walls.Cache); !strings.HasPrefix(place, root+"/") {
		flags = append(flags, "-ffile-prefix-map="+place+"="+walls.Cache)
	}
	return flags
}
