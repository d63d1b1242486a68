package repository

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestProblems proves REQ-4 at the level of the hub: a bad lock is the error of its own target, which names file, line,
// cause and cure, and every other lock of the request is as good as ever.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"missing", "", `there is no lock //bad:lock.txt yet.\nPossible fixes:\n  - write it: bazel run //bad:lock`},
		{"without a hash", "flit-core==3.12.0\n", "bad/lock.txt:1: "},
		{"conflict", "<<<<<<< ours\n" + pure, "bad/lock.txt:1: "},
		{"without sha256", "flit-core==3.12.0 --hash=sha512:" + hash("a") + hash("b") + "\n", "a file has no sha256, by which Bazel's repository cache knows files"},
		{"two versions", entry(`a==1 ; python_version >= "3"`, map[string]string{"a-1-py3-none-any.whl": hash("1")}) +
			entry(`a==2 ; os_name == "posix"`, map[string]string{"a-2-py3-none-any.whl": hash("2")}), "a is pinned to 2 here and to 1 in line 1"},
		{"not a wheel's name", entry("a==1", map[string]string{"a-1-any.whl": hash("1")}), "a-1-any.whl"},
		{"truncated", strings.TrimSuffix(pure[:strings.Index(pure, "    # file")], "\n") + " \\\n", "the file is cut off"},
		{"direct URL without hash", "a @ https://files.example/a-1.tar.gz\n", "bad/lock.txt:1: a @ https://files.example/a-1.tar.gz has no hash"},
		{"leaves the repository", "-r ../../outside.txt\n", `\"../../outside.txt\" leaves the repository`},
		{"included and broken", "-r other.txt\n", "read lock bad/other.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, root := describe(t, Hub{}, map[string]string{"bad/lock.txt": c.text, "good/lock.txt": pure})
			bad, good := d.Hubs["hub"]["bad/BUILD.bazel"], d.Hubs["hub"]["good/BUILD.bazel"]
			if !strings.Contains(bad, "error = ") || !strings.Contains(bad, c.want) || !strings.Contains(bad, "bazel run //bad:lock") {
				t.Errorf("the broken lock's package does not say %q and the command:\n%s", c.want, bad)
			}
			if strings.Contains(good, "error = ") || !strings.Contains(good, "flit_core-3.12.0") {
				t.Errorf("the good lock's package suffers:\n%s", good)
			}
			if !slices.Contains(d.Sources, filepath.Join(root, "bad/lock.txt")) {
				t.Errorf("the broken lock is not watched: %q", d.Sources)
			}
			if c.name == "included and broken" && !slices.Contains(d.Sources, filepath.Join(root, "bad/other.txt")) {
				t.Errorf("the missing file is not watched: %q", d.Sources)
			}
		})
	}
}

// TestPylockProblems is TestProblems for what only a pylock.toml can have.
func TestPylockProblems(t *testing.T) {
	const head = "lock-version = \"1.0\"\ncreated-by = \"test\"\n"
	a := func(version, rest string) string {
		return "[[packages]]\nname = \"a\"\nversion = \"" + version + "\"\n" + rest +
			"wheels = [{ name = \"a-" + version + "-py3-none-any.whl\", hashes = { sha256 = \"" + hash(version) + "\" } }]\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"newer major", "lock-version = \"2.0\"\n", `lock-version \"2.0\" is not known; version 1 is; use a newer rules_pyproject`},
		{"false environments", head + "environments = [\"sys_platform == 'win32'\"]\n" + a("1", ""), `bad/pylock.toml is for environments with sys_platform == \"win32\", and no Python and platform`},
		{"no such Python", head + "requires-python = \"<3.8\"\n" + a("1", ""), "bad/pylock.toml is for Python <3.8, and no Python and platform that environments are declared for is among them"},
		{"two entries left", head + a("1", "marker = \"os_name == 'posix'\"\n") + a("2", "marker = \"python_version >= '3'\"\n"), "bad/pylock.toml:8: a is pinned to 2 here and to 1 in line 3, and both count for Python"},
		{"vcs", head + "[[packages]]\nname = \"a\"\nvcs = { type = \"git\" }\n", "bad/pylock.toml:3: a comes from version control"},
		{"directory", head + "[[packages]]\nname = \"a\"\ndirectory = { path = \"../a\" }\n", "bad/pylock.toml:3: a is a local directory"},
		{"truncated", head + a("1", "")[:40], "bad/pylock.toml:6: not a pylock.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := describe(t, Hub{}, map[string]string{"bad/pylock.toml": c.text, "good/lock.txt": pure})
			bad, good := d.Hubs["hub"]["bad/BUILD.bazel"], d.Hubs["hub"]["good/BUILD.bazel"]
			if !strings.Contains(bad, "error = ") || !strings.Contains(bad, c.want) || !strings.Contains(bad, "Possible fixes") {
				t.Errorf("the broken lock's package does not say %q:\n%s", c.want, bad)
			}
			if strings.Contains(good, "error = ") || !strings.Contains(good, "flit_core-3.12.0") {
				t.Errorf("the good lock's package suffers:\n%s", good)
			}
		})
	}
}

// TestLimits proves that what a lock says of where it may be used limits its targets, is said where there is none, and
// reaches the interpreter, which alone knows its patch version (REQ-4). A marker that nothing matches leaves its entry out.
func TestLimits(t *testing.T) {
	text := "lock-version = \"1.0\"\nrequires-python = \">=3.13.2\"\nenvironments = [\"sys_platform == 'linux'\"]\n" +
		"[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"sys_platform == 'nowhere'\"\nwheels = [{ name = \"a-1-py3-none-any.whl\", hashes = { sha256 = \"" + hash("1") + "\" } }]\n"
	d, _ := describe(t, Hub{PythonVersions: []string{"3.12", "3.13"}}, map[string]string{"a/pylock.toml": text})
	build, json := d.Hubs["hub"]["a/BUILD.bazel"], d.Hubs["hub"]["a/a.lock.json"]
	if strings.Contains(build, "3.12_") || strings.Contains(build, "macos") || !strings.Contains(build, "//__settings__:3.13_linux_x86_64_gnu") || len(d.Files) > 0 ||
		!strings.Contains(build, `The lock itself says that it is for Python >=3.13.2, for environments with sys_platform == \"linux\".`) {
		t.Errorf("%+v\n%s", d.Files, build)
	}
	if !strings.Contains(json, `"requires_python":">=3.13.2"`) || !strings.Contains(json, `"sys_platform == \"linux\""`) || !strings.Contains(json, `sys_platform == \"nowhere\"`) {
		t.Error(json)
	}
}

// TestWrongTag proves that a wrong tag, and nothing else, is an error of the extension.
func TestWrongTag(t *testing.T) {
	twice := LockFile{Label: "//a:lock.txt", Package: "a", Name: "lock.txt"}
	for want, hub := range map[string]Hub{
		"python_versions has \"3\"":          {PythonVersions: []string{"3"}},
		"platforms has \"linux\"":            {Platforms: []string{"linux"}},
		"locks has //a:lock.txt twice":       {Locks: []LockFile{twice, twice}},
		"a name that the hub needs for itse": {Locks: []LockFile{{Label: "//__settings__:a", Package: "__settings__", Name: "a"}}},
	} {
		hub.Name = "hub"
		if _, err := Describe(Request{Hubs: []Hub{hub}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}
