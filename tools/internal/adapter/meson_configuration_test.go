package adapter

import (
	"strings"
	"testing"
)

// mesonsLog is what Meson 1.12 writes of a configuration, the lines that differ in how they are treated. Besides itself it names the source tree nowhere.
const mesonsLog = `Build started at 2026-11-29T00:22:45.904687
Main binary: /pyproject/environment/bin/python3
Build Options: -Dbuildtype=release --native-file=/pyproject/cache/build/meson-python-native-file.ini
Source dir: /pyproject/source/p
Build dir: /pyproject/cache/build
Running command: -cpp -x c++ -E -dM -
Detecting linker via: ` + "`c++ -Wl,--version`" + ` -> 0
Program python found: YES (/pyproject/environment/bin/python)
Called: ` + "`/usr/bin/pkg-config --modversion pybind11`" + ` -> 1
Running command: /pyproject/environment/bin/python -c 'import importlib.metadata as im; print(im.version("meson-python"))'
--- stdout ---
0.22.1

Running compile:
Working directory:  /pyproject/cache/build/meson-private/tmpk1cx8jhr
Code:
#include "local.h"
-----------
Command line: ` + "`c++ /pyproject/cache/build/meson-private/tmpk1cx8jhr/testfile.cpp -o /pyproject/cache/build/meson-private/tmpk1cx8jhr/output.obj -c -O0 -std=c++17`" + ` -> 0
Using cached compile:
Cached command line:  cc /pyproject/cache/build/meson-private/tmpv2mtpyw7/testfile.c -c -O0 -Wall
libraries: =/usr/lib/gcc/x86_64-linux-gnu/12/../../../../lib/
Build targets in project: 2
`

// TestMesonOutdated proves CACHE-6 and CACHE-7: Meson goes on from what it knows where no file has changed that it read, and nowhere else.
func TestMesonOutdated(t *testing.T) {
	const (
		log     = "build/meson-logs/meson-log.txt"
		info    = "build/meson-info/meson-info.json"
		listed  = "build/meson-info/intro-buildsystem_files.json"
		project = "build/meson-info/intro-projectinfo.json"
	)
	logged := func(line string) func(map[string]string) {
		return func(files map[string]string) { files[log] += line + "\n" }
	}
	with := func(name, old, new string) func(map[string]string) {
		return func(files map[string]string) { files[name] = strings.ReplaceAll(files[name], old, new) }
	}
	without := func(name string) func(map[string]string) {
		return func(files map[string]string) { delete(files, name) }
	}
	for name, c := range map[string]struct {
		changed, removed string
		link, env        string
		change           func(files map[string]string)
		want             string // "" is that the configuration stays
	}{
		"nothing changed":                 {},
		"a C file":                        {changed: "src/a.c"},
		"a module":                        {changed: "pkg/a.py"},
		"meson.build":                     {changed: "src/meson.build", want: "src/meson.build has changed"},
		"killed while it configured":      {changed: "src/a.c", change: with(log, "Build targets in project: 2\n", ""), want: "was ended before it had read all"},
		"options":                         {changed: "meson.options", want: "meson.options has changed"},
		"pyproject.toml":                  {changed: "pyproject.toml", want: "pyproject.toml has changed"},
		"any other file":                  {changed: "VERSION", want: "VERSION has changed"},
		"a removed file":                  {removed: "src/b.h", want: "src/b.h is not in the source tree any more"},
		"fs.read":                         {changed: "pkg/_version.py", want: "pkg/_version.py, which it read, has changed"},
		"a link":                          {link: "linked.h", want: "linked.h is a link"},
		"a header that a check includes":  {changed: "src/a.h", change: logged("Command line: `cc -I/pyproject/source/p/inc /x/testfile.c` -> 0"), want: "the source tree is named"},
		"one whose result is cached":      {changed: "src/a.h", change: logged("Cached command line:  cc -I/pyproject/source/p/inc /x/testfile.c"), want: "the source tree is named"},
		"a C file that is tried":          {changed: "src/a.c", change: logged("Source file: /pyproject/source/p/src/check.c"), want: "the source tree is named"},
		"a path to the source tree":       {changed: "src/a.h", change: logged("Command line: `cc -I../../../../source/p/inc` -> 0"), want: "the source tree is named"},
		"fs.hash":                         {changed: "src/a.h", change: logged("computing md5 sum of /pyproject/source/p/src/a.h size 16 bytes"), want: "the source tree is named"},
		"a script":                        {changed: "src/a.h", change: logged("Running command: /pyproject/environment/bin/python /pyproject/source/p/say.py"), want: "the source tree is named"},
		"a program":                       {changed: "src/a.h", change: logged("Running command: /bin/grep -h VERSION src/version.h"), want: "may have read anything"},
		"Python that reads":               {changed: "src/a.h", change: logged(`Running command: /usr/bin/python3 -c 'print(open("a.h").read())'`), want: "may have read anything"},
		"Python that runs":                {changed: "src/a.h", change: logged(`Running command: /usr/bin/python3 -c 'import os; print(os.system("make"))'`), want: "may have read anything"},
		"Python of many lines":            {changed: "src/a.h", change: logged("Running command: /usr/bin/python3 -c 'import os; print(os.name)\nprint(open(\"a.h\").read())'"), want: "may have read anything"},
		"Python that imports the changed": {changed: "pkg/a.py", change: logged("Running command: /usr/bin/python3 -c 'import pkg; print(pkg.__version__)'"), want: "may have read anything"},
		"Python that imports another":     {changed: "src/a.c", change: logged("Running command: /usr/bin/python3.11 -c 'import numpy as np; print(np.get_include())'")},
		"Python that asks for a variable": {changed: "src/a.c", change: logged(`Running command: /usr/bin/python -c 'import os; print(os.environ.get("FROM_ENV", 0))'`)},
		"a program of its own":            {changed: "src/a.h", change: logged("Using cached run result:"), want: "does not say with what arguments"},
		"a variable":                      {changed: "src/a.h", env: "CPATH=/pyproject/source/p/inc", want: "the variable CPATH names the source tree"},
		"fs.size":                         {changed: "src/a.h", change: with("meson.build", "fs.exists(", "fs.size("), want: "meson.build asks for the size"},
		"another module":                  {changed: "src/a.h", change: with("meson.build", "'fs'", "'external_project'"), want: "imports a module"},
		"a module by a variable":          {changed: "src/a.h", change: with("meson.build", "'fs'", "fs"), want: "imports a module"},
		"a subproject":                    {changed: "src/a.h", change: with(project, "[]", `[{"name": "sub"}]`), want: "it has subprojects"},
		"no project":                      {changed: "src/a.h", change: without(project), want: "intro-projectinfo.json of the last build can't be read"},
		"no list":                         {changed: "src/a.h", change: without(listed), want: "intro-buildsystem_files.json of the last build can't be read"},
		"an empty list":                   {changed: "src/a.h", change: with(listed, "/pyproject/source/p/", "/elsewhere/"), want: "lists nothing"},
		"no log":                          {changed: "src/a.h", change: without(log), want: "has no log"},
		"an error":                        {changed: "src/a.h", change: with(info, "false", "true"), want: "did not get through"},
		"an older form":                   {changed: "src/a.h", change: with(info, `"error"`, `"errors"`), want: "did not get through"},
		"a half of it":                    {changed: "src/a.h", change: without("build/meson-private/coredata.dat"), want: "did not get through"},
		"another place":                   {changed: "src/a.h", change: with(info, "cache/build", "cache/other"), want: "at another place"},
		"no place":                        {changed: "src/a.h", change: with(info, "/pyproject/source/p", ""), want: "at another place"},
		"a Meson of its own":              {changed: "vendored/meson.py", change: with("pyproject.toml", "]", "]\n[tool.meson-python]\nmeson = 'vendored/meson.py'"), want: "pyproject.toml names another Meson"},
		"a Meson by a variable":           {changed: "src/a.c", env: "MESON=meson", want: "the variable MESON names another Meson"},
		"broken TOML":                     {changed: "src/a.c", change: with("pyproject.toml", "]", "["), want: "pyproject.toml can't be read"},
		"an old Meson":                    {changed: "src/a.h", change: with(info, "1.12.1", "1.4.2"), want: "Meson 1.4.2 is older than 1.5"},
		"no version":                      {changed: "src/a.h", change: with(info, "1.12.1", ""), want: "is older than 1.5"},
		"garbage":                         {changed: "src/a.h", change: with(info, "{", "["), want: "meson-info.json of the last build can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				log: mesonsLog, project: `{"version": "1.0", "subprojects": []}`, "build/meson-private/coredata.dat": "",
				info:              `{"meson_version": {"full": "1.12.1", "major": 1}, "directories": {"source": "/pyproject/source/p", "build": "/pyproject/cache/build"}, "error": false}`,
				listed:            `["/pyproject/source/p/meson.build", "/pyproject/source/p/pkg/_version.py", "/pyproject/source/p/src/meson.build", "/usr/bin/python3.11"]`,
				"pyproject.toml":  "[project]\n",
				"meson.build":     "fs = import('fs')\npython = import( 'python' ).find_installation(pure: false)\nif fs.exists('x')\nendif\n",
				"src/meson.build": "cc.sizeof('int')\n",
			}
			if c.change != nil {
				c.change(files)
			}
			source, cached := map[string]string{}, map[string]string{}
			for name, text := range files {
				if inBuild, ok := strings.CutPrefix(name, directory+"/"); ok {
					cached[inBuild] = text
				} else {
					source[name] = text
				}
			}
			told := tell(t, "mesonpy", source, "build/.ninja_deps")
			told.build(t, cached)
			if c.link != "" {
				if err := told.Source.Symlink("meson.build", c.link); err != nil {
					t.Fatal(err)
				}
			}
			if c.changed != "" {
				told.Changed = []string{c.changed}
			}
			if c.removed != "" {
				told.Removed = []string{c.removed}
			}
			if c.env != "" {
				told.Env = []string{c.env}
			}
			notes := strings.Join(told.mapped(t).Notes, "\n")
			_, err := told.Cache.Lstat("build/meson-info")
			switch stays := err == nil; {
			case stays != (c.want == ""):
				t.Errorf("stays %t: %s", stays, notes)
			case stays && notes != "the configuration stays", !stays && !strings.Contains(notes, c.want):
				t.Errorf("notes %s", notes)
			}
		})
	}
}
