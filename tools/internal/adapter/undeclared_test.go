package adapter

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// kept is what the last build left, as CMake 4 and Meson write it.
var kept = map[string]map[string]string{
	"ninja": {
		"build.ninja": `include CMakeFiles/rules.ninja
rule CUSTOM_COMMAND_DEP
 command = $COMMAND
 depfile = $DEPFILE_UNQUOTED
build made.h other$ one.h | ${cmake_ninja_workdir}made.h: CUSTOM_COMMAND $
 ../template.in ../declared.py || always
  COMMAND = cd /x && python ../scripts/gen.py ../declared.py ../template.in
build listed.h: CUSTOM_COMMAND ../listed.in
  COMMAND = python ../lists.py ../listed.in
  depfile = listed.d
build dependent.h: CUSTOM_COMMAND_DEP ../listed.in
 COMMAND = python ../lists.py ../listed.in
build dir/a.o: C_COMPILER ../a.c || made.h
  DEP_FILE = a.o.d
  FLAGS = -DA=a.map.old
build m.so: C_LINKER dir/a.o | /usr/lib/libm.so
  LINK_FLAGS = -Wl,--version-script=/pyproject/source/p/a.map
`,
		"CMakeFiles/rules.ninja": "rule C_COMPILER\n  depfile = $DEP_FILE\nrule CUSTOM_COMMAND\n  command = $COMMAND\n",
	},
	"make": {
		"Makefile":                         "all:\n",
		"CMakeFiles/TargetDirectories.txt": "/pyproject/cache/build/CMakeFiles/m.dir\n/elsewhere/CMakeFiles/x.dir\n/pyproject/cache/build/sub/CMakeFiles/absent.dir\n",
		"CMakeFiles/m.dir/link.txt":        "cc -shared -Wl,--version-script=/pyproject/source/p/a.map -o m.so\n",
		"CMakeFiles/m.dir/build.make": `SHELL = /bin/sh
made.h: /pyproject/source/p/template.in
	@$(CMAKE_COMMAND) -E cmake_echo_color "Generating made.h"
	python3 /pyproject/source/p/scripts/gen.py made.h
other\ one.h: made.h
	@$(CMAKE_COMMAND) -E touch_nocreate other\ one.h
dir/a.o: CMakeFiles/m.dir/flags.make
dir/a.o: /pyproject/source/p/a.c
	cc $(C_FLAGS) -o dir/a.o -c /pyproject/source/p/a.c
m.so: dir/a.o
m.so: CMakeFiles/m.dir/build.make
m.so: CMakeFiles/m.dir/link.txt
	$(CMAKE_COMMAND) -E cmake_link_script CMakeFiles/m.dir/link.txt
CMakeFiles/m.dir/clean:
	$(CMAKE_COMMAND) -P CMakeFiles/m.dir/cmake_clean.cmake
`,
	},
}

// made are the files of a kept build directory.
var made = []string{"made.h", "other one.h", "dir/a.o", "m.so"}

func (t Told) build(tb testing.TB, files map[string]string) {
	tb.Helper()
	for name, text := range files {
		name = directory + "/" + name
		if err := t.Cache.MkdirAll(path.Dir(name), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := t.Cache.WriteFile(name, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestPurge proves CACHE-6 for what nobody declares: what a script makes that may read anything is made again when anything has changed, and so is what a
// linker makes of a changed file that is no input of it; objects stay, for Ninja and for make.
func TestPurge(t *testing.T) {
	scripts := []string{"made.h", "other one.h"}
	for changed, want := range map[string][]string{
		"":               nil,
		"scripts/gen.py": scripts,
		"a.c":            scripts,
		"unheard/of.txt": scripts,
		"src/a.map":      {"made.h", "other one.h", "m.so"},
	} {
		for system, files := range kept {
			told := tell(t, "scikit_build_core.build", nil, "build/made.h", "build/other one.h", "build/dir/a.o", "build/m.so", "build/listed.h", "build/dependent.h")
			told.build(t, files)
			if changed != "" {
				told.Changed = []string{changed}
			}
			mapping := told.mapped(t)
			for _, name := range append(made, "listed.h", "dependent.h") {
				if _, err := told.Cache.Lstat(directory + "/" + name); (err != nil) != slices.Contains(want, name) {
					t.Errorf("%s, %q changed: %s %v", system, changed, name, err)
				}
			}
			if text := strings.Join(mapping.Notes, "\n"); changed == "src/a.map" && !strings.Contains(text, "deleted build/m.so: src/a.map has changed, and is no input of the command that names it") {
				t.Errorf("%s: notes %q", system, mapping.Notes)
			}
			if mapping.Fresh {
				t.Errorf("%s: fresh", system)
			}
		}
	}
}

// TestMakeOutside: a Makefile that makes something in the source tree, whose times it believes, has no directory that is kept.
func TestMakeOutside(t *testing.T) {
	told := tell(t, "py_build_cmake.build", nil, "build/a.o")
	told.build(t, map[string]string{
		"Makefile": "all:\n", "CMakeFiles/TargetDirectories.txt": "/pyproject/cache/build/CMakeFiles/m.dir\n",
		"CMakeFiles/m.dir/build.make": "/pyproject/source/p/table.c: /pyproject/source/p/table.src\n\tpython table.py\n",
	})
	if mapping := told.mapped(t); !mapping.Fresh || mapping.Notes[0] != "deleted build: a command makes /pyproject/source/p/table.c outside of it" {
		t.Errorf("%+v", mapping)
	}
}

// TestComparesTimes proves CACHE-6 for builds that compare times by themselves: nothing is kept. What a package does when it runs is no matter.
func TestComparesTimes(t *testing.T) {
	const call = "run_command(python, files('tools/make.py'))\n"
	for name, c := range map[string]struct {
		source map[string]string
		want   string
	}{
		"nothing":         {map[string]string{"meson.build": call, "tools/make.py": "", "a.c": "x -nt y"}, ""},
		"CMake":           {map[string]string{"CMakeLists.txt": "if(a IS_NEWER_THAN b)"}, "CMakeLists.txt"},
		"a module":        {map[string]string{"cmake/x.cmake": "if(a IS_NEWER_THAN b)"}, "cmake/x.cmake"},
		"Meson":           {map[string]string{"sub/meson.build": "run_command('sh', '-c', '[ a -nt b ]')"}, "sub/meson.build"},
		"a script":        {map[string]string{"meson.build": call, "tools/make.py": "if os.path.getmtime(a) > os.stat(b).st_mtime:"}, "tools/make.py"},
		"setuptools":      {map[string]string{"meson.build": call, "tools/make.py": "if newer_group(a, b):"}, "tools/make.py"},
		"no script":       {map[string]string{"meson.build": call, "pkg/cache.py": "os.path.getmtime(a)", "newer(": ""}, ""},
		"another's":       {map[string]string{"meson.build": call, "pkg/remake.py": "os.path.getmtime(a)"}, ""},
		"a build of Rust": {map[string]string{"build.rs": "fs::metadata(a)?.modified()?"}, "build.rs"},
	} {
		told := tell(t, "mesonpy", c.source, "build/a.o")
		mapping := told.mapped(t)
		note := "deleted build: " + c.want + " compares times, which are all equal in a cold build"
		if mapping.Fresh != (c.want != "") || c.want != "" && mapping.Notes[0] != note {
			t.Errorf("%s: fresh %t, %q", name, mapping.Fresh, mapping.Notes)
		}
	}
}

// TestRewritten: where a session has found that the build changes its sources nothing is kept from then on.
func TestRewritten(t *testing.T) {
	told := tell(t, "mesonpy", nil, "build/a.o")
	told.Rewritten = "table.c"
	if mapping := told.mapped(t); !mapping.Fresh || mapping.Notes[0] != "deleted build: a build with it changed table.c in the source tree, by which a cold one begins" {
		t.Errorf("%+v", mapping)
	}
}

// TestHostileBuildFiles: what a hook wrote in the place of build files does no harm outside of the build directory, and ends.
func TestHostileBuildFiles(t *testing.T) {
	for name, text := range map[string]string{
		"climbs":    "build ../other /pyproject/cache/other /etc/passwd: CUSTOM_COMMAND\n  COMMAND = x\n",
		"itself":    "build . /pyproject/cache/build/..: CUSTOM_COMMAND\n  COMMAND = x\n",
		"no end":    "build ",
		"no rule":   "  COMMAND = x\nbuild a:\nrule\nbuild b: \n x\n",
		"zeros":     "\x00\n build \x00: \x00\n",
		"backslash": "build $: CUSTOM_COMMAND $",
	} {
		told := tell(t, "mesonpy", nil, "build/a.o")
		told.build(t, map[string]string{"build.ninja": text})
		told.Changed = []string{"x"}
		told.mapped(t)
		for _, kept := range []string{"other", "build/a.o"} {
			if _, err := told.Cache.Lstat(kept); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
