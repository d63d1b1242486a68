package session

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// keyFiles are what the keys of TestKeyParts are made of. Each has one time, and "other" is what takes the place of one.
var keyFiles = map[string]string{
	"info.json": "{}", "python.tar": "interpreter", "python": "a program of the machine", "packages": "libx 1", "other": "other",
	"tool": "tool", "cc": "cc", "cxx": "cxx", "ar": "ar", "ld": "ld", "nm": "nm", "strip": "strip", "objcopy": "objcopy", "ccache": "ccache",
	"sysroot/include/a.h": "a.h",
}

func writeKeyFile(t *testing.T, name, text string, at int64) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, time.Unix(at, 0), time.Unix(at, 0)); err != nil {
		t.Fatal(err)
	}
}

// keySession is a session in whose key every part has something: with an interpreter of the build, or with the machine's.
func keySession(t *testing.T, system bool) *Staged {
	t.Helper()
	if err := os.RemoveAll("sysroot"); err != nil {
		t.Fatal(err)
	}
	for name, text := range keyFiles {
		writeKeyFile(t, name, text, 1)
	}
	python, err := filepath.Abs("python")
	if err != nil {
		t.Fatal(err)
	}
	config := &Config{
		EnvironmentInfo: "info.json", InterpreterArchive: "python.tar", Walls: walls.Required, SourceRoot: "demo",
		Settings: hook.Settings{{Key: "a", Value: "1"}, {Key: "b", Value: "1"}}, Env: []string{"A=1"}, Overrides: []override.Override{{Label: "//:a"}},
		Tools: map[string]string{"tool": "tool"}, ExecrootFiles: []string{"sysroot"},
		Compilers: Compilers{
			CC: "cc", CXX: "cxx", AR: "ar", LD: "ld", NM: "nm", Strip: "strip", Objcopy: "objcopy", Cache: "ccache",
			CCFlags: []string{"-O1"}, CXXFlags: []string{"-O1"}, LinkFlags: []string{"-s"},
		},
		Cache: Cache{Project: "//demo", Configuration: "fastbuild", Helper: "helper"},
	}
	facts := interpreter.Facts{Version: "3.13.1", SOABI: "cpython-313", Executable: "/base/bin/python", Platform: "linux-x86_64"}
	if system {
		config.InterpreterArchive, config.Interpreter, facts.Executable = "", python, python
	}
	return &Staged{config: config, kept: &kept{}, Info: &environment.Info{Interpreter: facts}}
}

// TestKeyParts proves CACHE-4: whatever a cache directory belongs to, one thing of it alone that is another makes another key, and is named as the reason; and
// there is no part of a key, and no field of a session's configuration, of which this test knows nothing.
func TestKeyParts(t *testing.T) {
	t.Chdir(t.TempDir())
	defer func(old []string) { packageDatabases = old }(packageDatabases)
	packageDatabases = []string{"packages"}
	content := func(name string) func(*Staged) {
		return func(*Staged) { writeKeyFile(t, name, keyFiles[name]+" ", 1) }
	}
	compilers := func(change func(c *Compilers)) func(*Staged) {
		return func(s *Staged) { change(&s.config.Compilers) }
	}
	type row struct {
		part, name string
		system     bool // with an interpreter of the machine
		change     func(s *Staged)
	}
	rows := []row{
		{"the project", "", false, func(s *Staged) { s.config.Cache.Project = "//other" }},
		{"the configuration", "", false, func(s *Staged) { s.config.Cache.Configuration = "opt" }},
		{"the platform", "", false, func(s *Staged) { s.Info.Interpreter.Platform = "linux-aarch64" }},
		{"the walls", "", false, func(s *Staged) { s.config.Walls = walls.Paths }},
		{"the name of the source", "of the tree", false, func(s *Staged) { s.config.SourceName = "other" }},
		{"the name of the source", "its directory", false, func(s *Staged) { s.config.SourceRoot = "other" }},
		{"the name of the source", "an sdist", false, func(s *Staged) { s.config.Sdist = "a/demo-1.0.tar.gz" }},
		{"the interpreter", "version", false, func(s *Staged) { s.Info.Interpreter.Version = "3.13.2" }},
		{"the interpreter", "ABI", false, func(s *Staged) { s.Info.Interpreter.SOABI = "cpython-313t" }},
		{"the interpreter", "path", false, func(s *Staged) { s.Info.Interpreter.Executable = "/base/bin/python3" }},
		{"the interpreter's files", "another archive", false, func(s *Staged) { s.config.InterpreterArchive = "other" }},
		{"the interpreter's files", "content", false, content("python.tar")},
		{"the interpreter's program", "size", true, content("python")},
		{"the interpreter's program", "time", true, func(*Staged) { writeKeyFile(t, "python", keyFiles["python"], 2) }},
		{"the machine's packages", "", true, content("packages")},
		{"the build environment", "another", false, func(s *Staged) { s.config.EnvironmentInfo = "other" }},
		{"the build environment", "content", false, content("info.json")},
		{"the helper", "", false, func(s *Staged) { s.config.Cache.Helper = "other" }},
		{"the config settings", "value", false, func(s *Staged) { s.config.Settings[0].Value = "2" }},
		{"the config settings", "order", false, func(s *Staged) { slices.Reverse(s.config.Settings) }},
		{"the variables", "value", false, func(s *Staged) { s.config.Env = []string{"A=2"} }},
		{"the variables", "none", false, func(s *Staged) { s.config.Env = nil }},
		{"the overrides", "", false, func(s *Staged) { s.config.Overrides[0].Relax = []string{"a"} }},
		{"the tools", "name", false, func(s *Staged) { s.config.Tools = map[string]string{"other": "tool"} }},
		{"the tools", "path", false, func(s *Staged) { s.config.Tools = map[string]string{"tool": "other"} }},
		{"the tools", "one more", false, func(s *Staged) { s.config.Tools["other"] = "tool" }},
		{"the tools", "content", false, content("tool")},
		{"the tools", "of the machine", false, func(s *Staged) { s.config.Tools["tool"] = "/bin/sh" }},
		{"the compilers", "cc", false, compilers(func(c *Compilers) { c.CC = "other" })},
		{"the compilers", "c++", false, compilers(func(c *Compilers) { c.CXX = "other" })},
		{"the compilers", "ar", false, compilers(func(c *Compilers) { c.AR = "other" })},
		{"the compilers", "ld", false, compilers(func(c *Compilers) { c.LD = "other" })},
		{"the compilers", "nm", false, compilers(func(c *Compilers) { c.NM = "other" })},
		{"the compilers", "strip", false, compilers(func(c *Compilers) { c.Strip = "other" })},
		{"the compilers", "objcopy", false, compilers(func(c *Compilers) { c.Objcopy = "other" })},
		{"the compilers", "ccache", false, compilers(func(c *Compilers) { c.Cache = "other" })},
		{"the compilers", "none", false, compilers(func(c *Compilers) { c.Cache = "" })},
		{"the compilers", "swapped", false, compilers(func(c *Compilers) { c.CC, c.CXX = c.CXX, c.CC })},
		{"the compilers' flags", "for C", false, compilers(func(c *Compilers) { c.CCFlags = []string{"-O2"} })},
		{"the compilers' flags", "for C++", false, compilers(func(c *Compilers) { c.CXXFlags = []string{"-O2"} })},
		{"the compilers' flags", "for linking", false, compilers(func(c *Compilers) { c.LinkFlags = []string{"-g"} })},
		{"the compilers' flags", "in another list", false, compilers(func(c *Compilers) { c.CCFlags, c.LinkFlags = []string{"-O1", "-s"}, nil })},
		{"the compilers' files", "content", false, content("sysroot/include/a.h")},
		{"the compilers' files", "one more", false, func(*Staged) { writeKeyFile(t, "sysroot/include/b.h", "", 1) }},
		{"the compilers' files", "renamed", false, func(*Staged) {
			if err := os.Rename("sysroot/include/a.h", "sysroot/include/b.h"); err != nil {
				t.Fatal(err)
			}
		}},
		{"the compilers' files", "one more path", false, func(s *Staged) { s.config.ExecrootFiles = []string{"sysroot", "other"} }},
	}
	for _, program := range []string{"cc", "cxx", "ar", "ld", "nm", "strip", "objcopy", "ccache"} {
		rows = append(rows, row{"the compilers", "content of " + program, false, content(program)})
	}
	key := func(s *Staged) cache.Key {
		t.Helper()
		found, err := s.cacheKey()
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	parts, fields := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		s := keySession(t, row.system)
		unchanged := keySession(t, row.system)
		before := key(s)
		row.change(s)
		after := key(s)
		differences := after.Differences(before)
		if len(differences) != 1 || strings.SplitN(differences[0], " (", 2)[0] != row.part || after.ID() == before.ID() || after.Equal(before) {
			t.Errorf("%s, %s: another are %q", row.part, row.name, differences)
		}
		parts[row.part] = true
		changedFields(fields, "", reflect.ValueOf(*unchanged.config), reflect.ValueOf(*s.config))
	}
	names := map[string]bool{"the project": true}
	for _, system := range []bool{false, true} {
		for _, part := range key(keySession(t, system)).Parts {
			names[part.Name] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(parts)), slices.Sorted(maps.Keys(names)); !slices.Equal(got, want) {
		t.Errorf("the parts that are tried are\n%q, and a key has\n%q", got, want)
	}
	for _, name := range slices.Sorted(maps.Keys(allFields("", reflect.TypeFor[Config]()))) {
		if _, none := inNoKey[name]; none == fields[name] {
			t.Errorf("the field %s: in the key: %v, and with a reason not to be: %v", name, fields[name], none)
		}
	}
}

// inNoKey are the fields of Config to which a cache directory does not belong, and why.
var inNoKey = map[string]string{
	"Label": "messages", "Lock": "messages", "Repair": "messages", "Timing": "measures",
	"Environment": "EnvironmentInfo has the digests of all that it holds", "StandIns": "decide whether there is a session, and nothing in it",
	"Interpreter": "asked who it is, in Info", "InterpreterExecutable": "asked who it is, in Info", "HostSitePackages": "keeps nothing",
	"Sources": "the source", "Patches": "the source",
	"Output": "where to", "OutputFile": "where to", "FileName": "where to", "Log": "where to", "Metadata": "where to",
	"MetadataFile": "where to", "EntryPoints": "where to", "Requirements": "where to",
	"Timeout": "a hook that meets it keeps nothing", "NativeExtensions": "looks at what was made", "UnknownKeys": "looks at the source", "SdistMetadata": "looks at what was made",
	"Cache.Input": "belongs to a key itself", "Cache.Output": "where to", "Cache.Root": "where from", "Cache.Total": "of the whole store", "Cache.Age": "of the whole store",
	"Cache.Refused": "keeps nothing", "Cache.rewritten": "remembered in the record",
}

// allFields are the names of all fields, those of structures of this package as Cache.Root.
func allFields(prefix string, of reflect.Type) map[string]bool {
	names := map[string]bool{}
	for i := range of.NumField() {
		if field := of.Field(i); field.Type == reflect.TypeFor[Cache]() || field.Type == reflect.TypeFor[Compilers]() {
			maps.Copy(names, allFields(field.Name+".", field.Type))
		} else {
			names[prefix+field.Name] = true
		}
	}
	return names
}

// changedFields adds the names of fields that are not what they were.
func changedFields(to map[string]bool, prefix string, before, after reflect.Value) {
	for name := range allFields(prefix, before.Type()) {
		a, b := before, after
		for _, step := range strings.Split(name, ".") {
			a, b = a.FieldByName(step), b.FieldByName(step)
		}
		if a.CanInterface() && !reflect.DeepEqual(a.Interface(), b.Interface()) {
			to[name] = true
		}
	}
}
