package session

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// cacheKey is what the cache directory of this session belongs to (CACHE-4): everything but the source that a build depends on.
func (s *Staged) cacheKey() (cache.Key, error) {
	c := s.config
	k := &keyMaker{store: s.kept.store}
	facts := s.Info.Interpreter
	k.text("the configuration", c.Cache.Configuration)
	k.text("the platform", runtime.GOOS+" "+runtime.GOARCH+" "+facts.Platform)
	k.text("the walls", string(c.Walls))
	name := c.sourceName()
	if c.Sdist != "" {
		name = path.Base(c.Sdist)
	}
	k.text("the name of the source", name)
	k.text("the interpreter", fmt.Sprintf("%s %s %s", facts.Version, facts.SOABI, facts.Executable))
	k.file("the interpreter's files", c.InterpreterArchive)
	if c.InterpreterArchive == "" {
		// A rebuilt one says that it is of the same version.
		k.programs("the interpreter's program", map[string]string{"python": facts.Executable})
	}
	k.file("the build environment", c.EnvironmentInfo)
	helper, err := c.Cache.Helper, error(nil)
	if helper == "" {
		helper, err = HelperDigest()
	}
	k.add("the helper", helper, err)
	k.json("the config settings", c.Settings) // in their order, which a backend sees
	k.json("the variables", c.Env)
	k.json("the overrides", c.Overrides)
	k.programs("the tools", c.Tools)
	compilers := c.Compilers
	k.programs("the compilers", map[string]string{
		"cc": compilers.CC, "c++": compilers.CXX, "ar": compilers.AR, "ld": compilers.LD, "nm": compilers.NM,
		"strip": compilers.Strip, "objcopy": compilers.Objcopy, "ccache": compilers.Cache,
	})
	k.json("the compilers' flags", compilers.CCFlags, compilers.CXXFlags, compilers.LinkFlags)
	k.trees("the compilers' files", c.ExecrootFiles)
	if c.usesMachine() {
		k.packages("the machine's packages")
	}
	return cache.Key{Project: c.Cache.Project, Parts: k.parts}, k.err
}

// HelperDigest is the digest of this program's own file.
func HelperDigest() (string, error) { return fileDigest("/proc/self/exe") }

// keyMaker collects parts, and the first error.
type keyMaker struct {
	parts []cache.Part
	store *cache.Store // what remembers digests; nil for none
	err   error
}

func (k *keyMaker) text(name, value string) {
	k.parts = append(k.parts, cache.Part{Name: name, Value: value})
}

func (k *keyMaker) json(name string, values ...any) {
	data, err := json.Marshal(values)
	k.add(name, string(data), err)
}

func (k *keyMaker) add(name, value string, err error) {
	if err != nil && k.err == nil {
		k.err = fmt.Errorf("find out what the cache directory belongs to: %w", err)
	}
	k.text(name, cache.Digest(value))
}

func (k *keyMaker) file(name, file string) {
	if file == "" {
		return
	}
	digest, err := contentsDigest(k.store, []SourceFile{{Path: file}})
	k.add(name, digest, err)
}

// programs are told apart by what they are: one of the build by its content, one of the machine, which is large and has libraries and
// further programs beside itself, by its real path, size and time.
func (k *keyMaker) programs(name string, programs map[string]string) {
	var text strings.Builder
	for _, called := range slices.Sorted(maps.Keys(programs)) {
		program := programs[called]
		if program == "" {
			continue
		}
		identity, err := k.programIdentity(program)
		if err != nil {
			k.add(name, "", err)
			return
		}
		fmt.Fprintf(&text, "%q %q %s\n", called, program, identity)
	}
	k.add(name, text.String(), nil)
}

func (k *keyMaker) programIdentity(program string) (string, error) {
	if !filepath.IsAbs(program) {
		return contentsDigest(k.store, []SourceFile{{Path: program}})
	}
	real, err := filepath.EvalSymlinks(program)
	if err != nil {
		return "", nil // a toolchain may name what the machine lacks
	}
	info, err := os.Stat(real)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%q %d %d", real, info.Size(), info.ModTime().UnixNano()), nil
}

// usesMachine says whether an interpreter or a compiler of the machine takes part, and with it the machine's headers and libraries.
func (c *Config) usesMachine() bool {
	compilers := c.Compilers
	return c.InterpreterArchive == "" || slices.ContainsFunc([]string{compilers.CC, compilers.CXX, compilers.LD}, filepath.IsAbs)
}

// packageDatabases are where the package managers of Debian, Fedora, Alpine and Arch say what is installed: every header and library of the machine
// that a hook sees, but for those that somebody put there by hand. With Nix and Guix their paths say it.
var packageDatabases = []string{"/var/lib/dpkg/status", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite", "/lib/apk/db/installed", "/var/lib/pacman/local"}

// packages are told apart by their manager's list, which is one file, or by when anything last came or went. To look at all headers would cost more than a
// build that starts from nothing now and then.
func (k *keyMaker) packages(name string) {
	var text strings.Builder
	for _, database := range packageDatabases {
		info, err := os.Stat(database)
		switch {
		case err != nil: // another manager's
		case info.IsDir():
			fmt.Fprintf(&text, "%q %d\n", database, info.ModTime().UnixNano())
		default:
			digest, err := contentsDigest(k.store, []SourceFile{{Path: database}})
			if err != nil {
				k.add(name, "", err)
				return
			}
			fmt.Fprintf(&text, "%q %s\n", database, digest)
		}
	}
	k.add(name, text.String(), nil)
}

// trees are files and directories, with all that these hold.
func (k *keyMaker) trees(name string, paths []string) {
	var files []SourceFile
	for _, p := range paths {
		inner, err := expandDirectory(SourceFile{Dest: p, Path: p})
		if err != nil {
			k.add(name, "", err)
			return
		}
		files = append(files, inner...)
	}
	digest, err := contentsDigest(k.store, files)
	k.add(name, digest, err)
}
