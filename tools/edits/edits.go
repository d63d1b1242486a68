package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// edit is one way to change a project.
type edit struct {
	name  string
	make  func(w *walk) error
	only  []string // backends; none is all
	needs string   // a flag without which it is none; "" is no such flag
	// flavours are those that the edit is for: none is the project as it is, and all are the same of each.
	flavours []string
	// keeps says that a build directory which is kept stays as it is, Meson's with its configuration. says is what the log of the warm build has to say.
	keeps bool
	says  string
	// same are the backends whose cold wheel stays the same. With all others an edit makes another one, or it proves nothing.
	same []string
	// empty is what of the key is another, by which the cache directory is empty at the start, or the other reason for that.
	empty string
	// fails says that nothing can be built until the next edit.
	fails bool
	// compiles is how many C files are compiled at all, where a build directory is kept, and else how many the compiler cache lacks; 0 is not counted.
	compiles int
}

// of says whether the table has the edit for a project.
func (e edit) of(w *walk) bool {
	// The project of setuptools is all of them.
	return e.fits(w) && (w.backend == "setuptools" || e.flavours != nil || w.flavour == "")
}

// fits says whether an edit is one for a project at all, as random walks make them.
func (e edit) fits(w *walk) bool {
	if len(e.only) > 0 && !slices.Contains(e.only, w.backend) {
		return false
	}
	if e.needs != "" && w.flag(e.needs) < 0 {
		return false
	}
	return w.backend == "setuptools" || e.flavours == nil || slices.Contains(e.flavours, w.flavour)
}

// everywhere is every backend. comparing are those whose cold builds find all times equal, and so make no file of the source again; Ninja makes it.
var (
	everywhere = []string{"meson_python", "py_build_cmake", "scikit_build_core", "setuptools"}
	comparing  = []string{"meson_python", "py_build_cmake", "setuptools"}
)

// The flavours of a project: with a file of the source that the build makes again, beside what it is made of, and elsewhere under another name.
const beside, elsewhere = "beside", "elsewhere"

// every is every flavour.
var every = []string{"", beside, elsewhere}

// edits is the table of CACHE-6, in the order in which the table is gone through.
var edits = []edit{
	{name: "nothing edited", flavours: every, keeps: true, same: everywhere, make: func(*walk) error { return nil }},
	{name: "edit", flavours: every, keeps: true, compiles: 1, make: replace("src/module.c", `"EDITED", 0`, `"EDITED", 1`)},
	{name: "revert", flavours: every, keeps: true, make: replace("src/module.c", `"EDITED", 1`, `"EDITED", 0`)},
	{name: "edit with the mtime kept", keeps: true, make: timed(replace("src/module.c", `"EDITED", 0`, `"EDITED", 2`), "src/module.c", kept)},
	{name: "edit with an older mtime", keeps: true, make: timed(replace("src/module.c", `"EDITED", 2`, `"EDITED", 3`), "src/module.c", time.Unix(1_000_000_000, 0))},
	{name: "touch without edit", keeps: true, same: everywhere, make: timed(nothing, "src/module.c", time.Unix(2_000_000_000, 0))},
	{name: "header edit", keeps: true, make: replace("inc/second/shared.h", "SHARED 1", "SHARED 2")},
	// A hook that fails by itself keeps what it had, so what is compiled after the repair is the one file.
	{name: "a syntax error", keeps: true, fails: true, make: replace("src/module.c", `"REPAIRED", 0);`, `"REPAIRED", 0)`)},
	{name: "its repair", keeps: true, compiles: 1, make: replace("src/module.c", "\"REPAIRED\", 0)\n", "\"REPAIRED\", 1);\n")},
	{name: "rename of a module", make: rename("pkg/extra.py", "pkg/renamed.py")},
	{name: "delete of a module", make: remove("pkg/other.py")},
	{name: "delete of a C file", make: all(remove("src/loose.c"), dropped("src/loose.c"))},
	{name: "new file", make: write("pkg/new.py", "NEW = 1\n")},
	// The mode alone, which no build sees (docs/design.md): neither the file in the source tree nor the one in the wheel becomes another. The row after it is the
	// one by which a file becomes executable.
	{name: "executable bit", keeps: true, same: everywhere, make: func(w *walk) error { return os.Chmod(w.path("pkg/data.txt"), 0o755) }},
	{name: "a file becomes a script", make: write("pkg/data.txt", "#!/bin/sh\n")},
	{name: "changed pyproject.toml", make: replace("pyproject.toml", `version = "1.0"`, `version = "1.1"`)},
	{name: "a line dropped from MANIFEST.in", make: replace("MANIFEST.in", "include pkg/manifest.txt\n", ""), only: []string{"setuptools"}},
	{name: "a line dropped from SOURCES.txt", make: replace("promised.egg-info/SOURCES.txt", "pkg/sources.txt\n", ""), only: []string{"setuptools"}},
	{name: "a new header hides another", make: write("inc/first/shared.h", "#define SHARED 3\n")},
	{name: "a static library loses a source", make: dropped("src/part_b.c")},
	{name: "what the linker reads", make: replace("src/module.map", "{", "PROMISED {")},
	{name: "a generated file beside its source", flavours: []string{beside}, same: comparing, make: replace("src/table.src", "7", "8")},
	{name: "a generated file in another place", flavours: []string{elsewhere}, same: everywhere, make: replace("gen/numbers.txt", "7", "8"), says: "a build with it changed src/table.c"},
	{name: "an edit after that", flavours: []string{beside, elsewhere}, make: replace("src/module.c", "FLAG 0", "FLAG 1")},
	{name: "the generated file itself", flavours: []string{beside}, same: []string{"scikit_build_core"}, make: replace("src/table.c", "99", "98")},
	{name: "the file generated in another place", flavours: []string{elsewhere}, make: replace("src/table.c", "return 9", "return 1")},
	{name: "changed default of a build option", make: level},
	{name: "clock set back", make: all(clockBack, replace("src/module.c", `"CLOCK", 0`, `"CLOCK", 1`)), empty: "the clock went back"},
	{name: "config setting", make: setting, empty: "the config settings"},
	{name: "environment", make: flag("--env=FROM_ENV=5"), empty: "the variables"},
	{name: "CFLAGS", make: flag("--env=CFLAGS=-DFLAG=6"), empty: "the variables"},
	{name: "flags of the toolchain", make: flag("--cc-flag=-std=gnu11"), empty: "the compilers' flags"},
	{name: "compiler", same: everywhere, make: compiler, empty: "the compilers"},
	// The version is told by the environment's description, so the environment is another with it, always; the log has to name the interpreter too.
	{name: "interpreter patch version", same: everywhere, make: patchVersion, empty: "the interpreter"},
	{name: "an interpreter of the build with other files", needs: archive, same: everywhere, make: interpreterFiles, empty: "the interpreter's files"},
	{name: "a generator script's output", make: replace("gen/made.py", "MADE 1", "MADE 2")},
	{name: "what a generator's script reads", make: replace("gen/number.txt", "0", "3")},
}

// kept is the time that all files have.
var kept = time.Unix(1_500_000_000, 0)

func (w *walk) path(name string) string { return filepath.Join(w.tree, filepath.FromSlash(name)) }

func (w *walk) write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(w.path(name), []byte(text), 0o644); err != nil {
		return err
	}
	return os.Chtimes(w.path(name), kept, kept)
}

func nothing(*walk) error { return nil }

func write(name, text string) func(*walk) error {
	return func(w *walk) error { return w.write(name, text) }
}

func remove(name string) func(*walk) error {
	return func(w *walk) error { return os.Remove(w.path(name)) }
}

func rename(from, to string) func(*walk) error {
	return func(w *walk) error { return os.Rename(w.path(from), w.path(to)) }
}

func all(edits ...func(*walk) error) func(*walk) error {
	return func(w *walk) error {
		for _, edit := range edits {
			if err := edit(w); err != nil {
				return err
			}
		}
		return nil
	}
}

// replace is an error where there is nothing to replace.
func replace(name, old, new string) func(*walk) error {
	return func(w *walk) error {
		text, err := os.ReadFile(w.path(name))
		if err != nil {
			return err
		}
		if !bytes.Contains(text, []byte(old)) {
			return fmt.Errorf("%s has no %q", name, old)
		}
		return w.write(name, strings.Replace(string(text), old, new, 1))
	}
}

func timed(edit func(*walk) error, name string, at time.Time) func(*walk) error {
	return func(w *walk) error { return errors.Join(edit(w), os.Chtimes(w.path(name), at, at)) }
}

// flag is the place of a flag of the session, by its name; -1 for none.
func (w *walk) flag(name string) int {
	return slices.IndexFunc(w.replay.Args, func(arg string) bool { return strings.HasPrefix(arg, name) })
}

func flag(text string) func(*walk) error {
	return func(w *walk) error {
		if slices.Contains(w.flags, text) {
			return errors.New("it is there")
		}
		w.flags = append(w.flags, text)
		return nil
	}
}

// dropped takes a C file off the lists of the build.
func dropped(name string) func(*walk) error {
	return func(w *walk) error {
		switch w.backend {
		case "scikit_build_core", "py_build_cmake":
			return replace("CMakeLists.txt", " "+name, "")(w)
		case "meson_python":
			return replace("meson.build", ", '"+name+"'", "")(w)
		}
		return replace("setup.py", `, "`+name+`"`, "")(w)
	}
}

// level changes the default of an option.
func level(w *walk) error {
	switch w.backend {
	case "scikit_build_core", "py_build_cmake":
		return replace("CMakeLists.txt", "LEVEL 1 CACHE", "LEVEL 2 CACHE")(w)
	case "meson_python":
		return replace("meson.options", "value: 1", "value: 2")(w)
	}
	return replace("setup.py", "LEVEL = 1", "LEVEL = 2")(w)
}

// setting gives the backend another setting.
func setting(w *walk) error {
	switch w.backend {
	case "scikit_build_core":
		return flag("--config-setting=cmake.define.LEVEL=3")(w)
	case "py_build_cmake":
		return flag(`--config-setting=override=cmake.options.LEVEL="3"`)(w)
	case "meson_python":
		return flag("--config-setting=setup-args=-Dlevel=3")(w)
	}
	return flag("--config-setting=--build-option=--build-number=7")(w)
}
