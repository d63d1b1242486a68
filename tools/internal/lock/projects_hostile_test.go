package lock

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// checkWrongPart is checkWrong for a part of a lock.
func checkWrongPart(t *testing.T, file string, part Part, cases []wrong) {
	t.Helper()
	for _, c := range cases {
		_, err := ReadPart(root(t, map[string]string{file: c.content}), file, part)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.60q: %v", c.content, err)
		} else if text := e.Error(); !strings.HasPrefix(text, c.place) || !strings.Contains(text, c.message) || e.Fix == "" {
			t.Errorf("%.60q: %s\nwant %s … %s", c.content, text, c.place, c.message)
		}
	}
}

var buildGroup = Part{Groups: []string{"build"}}

// REQ-4: every way in which a uv.lock can be wrong names file, line, cause and fix.
func TestReadWrongUV(t *testing.T) {
	const head = "version = 1\n"
	project := func(dependency string) string {
		return head + "[[package]]\nname = \"p\"\nsource = { virtual = \".\" }\n[package.dev-dependencies]\nbuild = [" + dependency + "]\n"
	}
	a := project(`{ name = "a" }`) + "[[package]]\nname = \"a\"\nversion = \"1\"\n"
	const sdist = `sdist = { url = "https://files.example/a-1.tar.gz", hash = "sha256:H1" }` + "\n"
	checkWrongPart(t, "uv.lock", buildGroup, []wrong{
		{"", "uv.lock: ", "version 0 of uv.lock is not known; version 1 is; use a newer"},
		{"version = 2\nrevision = 9\n", "uv.lock: ", "version 2 of uv.lock is not known; version 1 is; use a newer rules_pyproject"},
		{"version = \"1\"\n", "uv.lock:1: ", "not a uv.lock"},
		{head + "[[package]\n", "uv.lock:2: ", "not a uv.lock"},
		{head + "[[package]]\nname = \"p\nversion", "uv.lock:3: ", "not a uv.lock"},
		{head + "<<<<<<< HEAD\n", "uv.lock:2: ", "conflict marker of git"},
		{head + "requires-python = \"x\"\n", "uv.lock: ", "requires-python: "},
		{head + "supported-markers = [\"x\"]\n", "uv.lock: ", "environments: "},
		{head, "uv.lock: ", "no project of the lock has the groups and extras"},
		{strings.Replace(project(""), "build", "dev", 1), "uv.lock: ", "the lock has no group build; it has dev; name another"},
		{project(`{ name = "a" }`), "uv.lock: ", "the lock has no entry of a"},
		{project(`{ name = "a", version = "2" }`) + "[[package]]\nname = \"a\"\nversion = \"1\"\n", "uv.lock: ", "the lock has no entry of a 2"},
		{project(`{ name = "a", marker = "x" }`) + "[[package]]\nname = \"a\"\nversion = \"1\"\n", "uv.lock: ", "what requires a: "},
		{a + "source = { git = \"https://files.example/a?rev=x#1\" }\n", "uv.lock:7: ", "a comes from version control"},
		{a + "source = { directory = \"a\" }\n", "uv.lock:7: ", "a is a local directory"},
		{a + "source = { path = \"../a-1.tar.gz\" }\n" + sdist, "uv.lock:7: ", "a is a local directory"},
		{a + "source = { registry = \"https://index.example/simple\" }\n", "uv.lock:7: ", "a has no file"},
		{a + "sdist = { url = \"https://files.example/a-1.tar.gz\" }\n", "uv.lock:7: ", "a-1.tar.gz has no hash"},
		{a + "sdist = { url = \"https://files.example/b-1.tar.gz\", hash = \"sha256:H1\" }\n", "uv.lock:7: ", "b-1.tar.gz is not a file of a"},
		{a + "sdist = { url = \"file:///a-1.tar.gz\", hash = \"sha256:H1\" }\n", "uv.lock:7: ", "not one of the web"},
		{a + "sdist = { url = \"https://files.example/a-1.tar.gz\", hash = \"md5:00\" }\n", "uv.lock:7: ", "no hash of sha256 or better"},
		{a + "source = { url = \"https://files.example/a-1.tar.gz\", subdirectory = \"x\" }\n" + sdist, "uv.lock:7: ", "subdirectory"},
		{a + sdist + "[[package]]\nname = \"a\"\nversion = \"2\"\nsource = { registry = \"https://index.example\" }\n" + strings.ReplaceAll(sdist, "a-1", "a-2"),
			"uv.lock:11: ", "a==2 contradicts a==1 at uv.lock:7: both count in the same environment"},
	})
	workspace := "version = 1\n[manifest]\nmembers = [\"p\", \"q\"]\n" + project("")[len(head):] + strings.NewReplacer(`"p"`, `"q"`, `"."`, `"q"`).Replace(project("")[len(head):])
	checkWrongPart(t, "uv.lock", buildGroup, []wrong{{workspace, "uv.lock: ", `several projects of the lock have what lock_group names; it has p, q; name the project in lock_group: project = "…"`}})
	checkWrongPart(t, "uv.lock", Part{Groups: []string{"build"}, Project: "r"}, []wrong{{workspace, "uv.lock: ", "the lock has no project r of its own; it has p, q"}})
	checkWrongPart(t, "uv.lock", Part{}, []wrong{{project(""), "uv.lock: ", "it locks a whole project of uv, and which part of it the build requirements are is not said; name their group or extra with a lock_group tag"}})
	if l, err := ReadPart(root(t, map[string]string{"uv.lock": workspace}), "uv.lock", Part{Groups: []string{"build"}, Project: "q"}); err != nil || len(l.Packages) != 0 {
		t.Errorf("%+v, %v", l, err)
	}
}

// A uv.lock with a ring, conflicting groups and the groups of a root that is no project.
func TestReadUVGraph(t *testing.T) {
	const files = `sdist = { url = "https://files.example/NAME-1.tar.gz", hash = "sha256:H1" }` + "\n"
	entry := func(name, rest string) string {
		return "[[package]]\nname = \"" + name + "\"\nversion = \"1\"\n" + rest + strings.ReplaceAll(files, "NAME", name)
	}
	text := `version = 1
[manifest]
members = ["p"]
[manifest.dependency-groups]
tools = [{ name = "a", extras = ["X_y"], specifier = ">=1", marker = "os_name == 'posix'" }]
[[package]]
name = "p"
source = { editable = "p" }
[package.dev-dependencies]
old = [{ name = "b", marker = "extra == 'group-1-p-old'" }, { name = "c", marker = "extra == 'group-1-p-new'" }]
` + entry("a", "dependencies = [{ name = \"b\", marker = \"sys_platform == 'linux'\" }]\n") +
		"[package.optional-dependencies]\nx-y = [{ name = \"c\" }]\nother = [{ name = \"nowhere\" }]\n" +
		entry("b", "dependencies = [{ name = \"a\" }]\n") + entry("c", "")
	for part, want := range map[string][]string{
		"tools": {`a os_name == "posix"`, `b os_name == "posix" and sys_platform == "linux"`, `c os_name == "posix"`},
		"old":   {"a ", "b "},
	} {
		l, err := ReadPart(root(t, map[string]string{"uv.lock": text}), "uv.lock", Part{Groups: []string{part}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range l.Packages {
			got = append(got, p.Name+" "+p.Marker.String())
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", part, got, want)
		}
	}
}

// REQ-4: every way in which a poetry.lock can be wrong.
func TestReadWrongPoetry(t *testing.T) {
	const metadata = "[metadata]\nlock-version = \"2.1\"\npython-versions = \"^3.9\"\n"
	const a = "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"build\"]\n"
	const files = "files = [{ file = \"a-1.tar.gz\", hash = \"sha256:H1\" }]\n"
	checkWrongPart(t, "d/poetry.lock", buildGroup, []wrong{
		{a + files, "d/poetry.lock: ", "there is no lock-version"},
		{a + files + "[metadata]\nlock-version = \"1.1\"\n", "d/poetry.lock: ", "lock-version 1.1 does not say which group a package is for; lock with Poetry 2.0 or newer"},
		{a + files + "[metadata]\nlock-version = \"2.0\"\n", "d/poetry.lock: ", "lock-version 2.0 does not say which group"},
		{a + files + "[metadata]\nlock-version = \"3.0\"\n", "d/poetry.lock: ", `lock-version "3.0" is not known; 2.1 is; use a newer rules_pyproject`},
		{a + "files = [\n", "d/poetry.lock:5: ", "not a poetry.lock"},
		{"=======\n" + a, "d/poetry.lock:1: ", "conflict marker of git"},
		{metadata, "d/poetry.lock: ", "the lock has no group build; it has no group"},
		{a + metadata, "d/poetry.lock:1: ", "a has no file"},
		{a + "files = [{ file = \"../a-1.tar.gz\", hash = \"sha256:H1\" }]\n" + metadata, "d/poetry.lock:1: ", "not the name of a file"},
		{a + "files = [{ file = \"a-1.tar.gz\" }]\n" + metadata, "d/poetry.lock:1: ", "a-1.tar.gz has no hash"},
		{a + files + "markers = \"x\"\n" + metadata, "d/poetry.lock:1: ", "marker of a: "},
		{a + files + "markers = 1\n" + metadata, "d/poetry.lock:1: ", "marker of a: a text, or a table"},
		{a + files + "markers = { build = 1 }\n" + metadata, "d/poetry.lock:1: ", "marker of a: a text, or a table"},
		{a + files + "[package.source]\ntype = \"git\"\nurl = \"https://files.example/a\"\n" + metadata, "d/poetry.lock:1: ", "a comes from version control"},
		{a + files + "[package.source]\ntype = \"directory\"\nurl = \"../a\"\n" + metadata, "d/poetry.lock:1: ", "a is a local directory"},
		{a + files + "[package.source]\ntype = \"url\"\nurl = \"ftp://files.example/a-1.tar.gz\"\n" + metadata, "d/poetry.lock:1: ", "not one of the web"},
		{a + files + strings.NewReplacer("= \"1\"", "= \"2\"", "H1", "H2", "a-1", "a-2").Replace(a+files) + metadata, "d/poetry.lock:6: ", "a==2 contradicts a==1"},
	})
	checkWrongPart(t, "poetry.lock", Part{Extras: []string{"x"}}, []wrong{
		{a + files + metadata, "poetry.lock: ", "the lock has no extra x; it has no extra"},
		{strings.Replace(a, "build", "main", 1) + files + "[package.dependencies]\nb = 1\n[extras]\nx = [\"a\"]\n" + metadata, "poetry.lock: ", "what a requires: b is neither a version nor a table"},
	})
}

// REQ-4: every way in which a pdm.lock can be wrong.
func TestReadWrongPDM(t *testing.T) {
	const metadata = "[metadata]\ngroups = [\"build\"]\nstrategy = [\"inherit_metadata\"]\nlock_version = \"4.5.0\"\n"
	const a = "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"build\"]\n"
	const files = "files = [{ file = \"a-1.tar.gz\", hash = \"sha256:H1\" }]\n"
	checkWrongPart(t, "pdm.lock", buildGroup, []wrong{
		{a, "pdm.lock: ", "there is no lock_version"},
		{"[metadata]\nlock_version = \"5.0\"\n", "pdm.lock: ", `lock_version "5.0" is not known; version 4 is; use a newer`},
		{"[metadata]\nlock_version = \"4.5.0\"\nstrategy = [\"cross_platform\"]\n", "pdm.lock: ", "does not say which group a package is for; lock with the strategy that does: pdm lock -S inherit_metadata"},
		{strings.Replace(metadata, "build", "dev", 1), "pdm.lock: ", "the lock has no group build; it has dev"},
		{metadata + "[[package]]\nname = 1\n", "pdm.lock:6: ", "not a pdm.lock"},
		{metadata + "[[metadata.targets]]\nrequires_python = \"x\"\n", "pdm.lock: ", "requires-python: "},
		{metadata + "[[metadata.targets]]\nrequires_python = \"x\"\nplatform = \"linux\"\n", "pdm.lock: ", "requires_python: "},
		{metadata + a, "pdm.lock:5: ", "a has no file"},
		{metadata + a + files + "marker = \"x\"\n", "pdm.lock:5: ", "marker of a: "},
		{metadata + a + "git = \"https://files.example/a\"\n", "pdm.lock:5: ", "a comes from version control"},
		{metadata + a + "path = \"../a\"\n", "pdm.lock:5: ", "a is a local directory"},
		{metadata + a + "files = [{ url = \"https://files.example/a-1.tar.gz\" }]\n", "pdm.lock:5: ", "a-1.tar.gz has no hash"},
	})
	l, err := ReadPart(root(t, map[string]string{"pdm.lock": metadata + "[[metadata.targets]]\nrequires_python = \">=3.9,<4\"\nplatform = \"manylinux_2_28_x86_64\"\n" +
		"[[metadata.targets]]\nrequires_python = \">=3.9\"\nplatform = \"macos_12_0_arm64\"\nimplementation = \"cpython\"\n" + a + files}), "pdm.lock", buildGroup)
	if err != nil || len(l.Environments) != 2 || l.Environments[1].String() != `python_full_version >= "3.9" and implementation_name == "cpython" and sys_platform == "darwin"` {
		t.Errorf("%v, %v", l.Environments, err)
	}
}

// Groups and extras belong to locks that have some.
func TestReadWrongPart(t *testing.T) {
	checkWrongPart(t, "lock.txt", buildGroup, []wrong{{"a==1 --hash=sha256:H1\n", "lock.txt: ", "a lock in pip's format has no groups or extras; name it in `locks`"}})
	checkWrongPart(t, "pylock.toml", buildGroup, []wrong{{"lock-version = \"1.0\"\ndependency-groups = [\"dev\"]\n", "pylock.toml: ", "the lock has no group build; it has dev"}})
	text := "lock-version = \"1.0\"\ndependency-groups = [\"build\", \"dev\"]\ndefault-groups = [\"dev\"]\n"
	for _, group := range []string{"build", "dev"} {
		text += "[[packages]]\nname = \"a-" + group + "\"\nversion = \"1\"\nmarker = \"'" + group + "' in dependency_groups\"\nsdist = { name = \"a-" + group + "-1.tar.gz\", hashes = { sha256 = \"H1\" } }\n"
	}
	for want, part := range map[string]Part{"a-build": buildGroup, "a-dev": {}} {
		l, err := ReadPart(root(t, map[string]string{"pylock.toml": text}), "pylock.toml", part)
		if err != nil || len(l.Packages) != 1 || l.Packages[0].Name != want || l.Packages[0].Marker != nil {
			t.Errorf("%+v: %+v, %v", part, l, err)
		}
	}
}

// FuzzReadProjects checks that whatever stands in a lock of a tool's is read, or is an *Error.
func FuzzReadProjects(f *testing.F) {
	for _, file := range []string{"uv.lock", "poetry.lock", "pdm.lock"} {
		text, err := os.ReadFile("testdata/projects/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, text[:min(len(text), 6000)])
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, file string, text []byte) {
		if FormatOf(file).Command() == "" || file != path.Base(file) {
			return
		}
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, part := range []Part{buildGroup, {Extras: []string{"native"}}} {
			l, err := ReadPart(dir, file, part)
			var e *Error
			if err != nil && (!errors.As(err, &e) || l.Packages != nil) {
				t.Fatalf("%+v beside %v", l, err)
			}
			for _, p := range l.Packages {
				if len(p.Files) == 0 || len(p.Files[0].digests()) == 0 {
					t.Fatalf("%+v", p)
				}
			}
		}
	})
}
