package repository

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// hash makes a SHA-256 that begins with the digit and has no other.
func hash(digit string) string { return strings.Repeat(digit, 64) }

// entry makes one entry of a lock in pip's format, its files named by comments.
func entry(pin string, files map[string]string) string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	text := pin
	for _, name := range names {
		text += " \\\n    --hash=sha256:" + files[name]
	}
	text += "\n"
	for _, name := range names {
		text += "    # file: sha256:" + files[name] + " " + name + "\n"
	}
	return text
}

// writeFiles writes files below a directory.
func writeFiles(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// describe runs Describe over locks in one hub, given by path.
func describe(t *testing.T, hub Hub, locks map[string]string) (Description, string) {
	t.Helper()
	root := t.TempDir()
	paths := make([]string, 0, len(locks))
	for path := range locks {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		file := LockFile{Label: "//" + filepath.Dir(path) + ":" + filepath.Base(path), Package: filepath.Dir(path), Name: filepath.Base(path), Root: root}
		if file.Package == "." {
			file.Package, file.Label = "", "//:"+path
		}
		if locks[path] != "" {
			file.Exists = true
			writeFiles(t, root, map[string]string{path: locks[path]})
		}
		hub.Locks = append(hub.Locks, file)
	}
	hub.Name = "hub"
	d, err := Describe(Request{Hubs: []Hub{hub}})
	if err != nil {
		t.Fatal(err)
	}
	return d, root
}

var pure = entry("flit-core==3.12.0", map[string]string{"flit_core-3.12.0-py3-none-any.whl": hash("a"), "flit_core-3.12.0.tar.gz": hash("b")})

// TestPure shows the whole package of a pure lock: no select, the sdist is no repository, one is shared by two locks.
func TestPure(t *testing.T) {
	d, root := describe(t, Hub{}, map[string]string{"a/lock.txt": pure, "b/c/lock.txt": pure})
	want := `load("@rules_pyproject//rules:environment.bzl", "build_environment")

build_environment(
    name = "c",
    lock = ":c.lock.json",
    lock_label = "//b/c:lock.txt",
    repair = "bazel run //b/c:lock",
    visibility = ["//visibility:public"],
    wheels = ["@flit_core_3.12.0_py3_none_any_aaaaaaaa//:flit_core-3.12.0-py3-none-any.whl"],
)
`
	if got := d.Hubs["hub"]["b/c/BUILD.bazel"]; got != want {
		t.Errorf("b/c/BUILD.bazel is\n%s\nwant\n%s", got, want)
	}
	if len(d.Files) != 1 || d.Files[0].Lock != "//a:lock.txt" || d.Files[0].Project != "flit-core" || d.Files[0].SHA256 != hash("a") {
		t.Errorf("files are %+v, want one, of //a:lock.txt", d.Files)
	}
	if want := []string{filepath.Join(root, "a/lock.txt"), filepath.Join(root, "b/c/lock.txt")}; !slices.Equal(d.Sources, want) {
		t.Errorf("sources are %q, want %q", d.Sources, want)
	}
	if json := d.Hubs["hub"]["a/a.lock.json"]; !strings.Contains(json, "flit_core-3.12.0.tar.gz") {
		t.Errorf("the lock of the environment does not name the sdist, which messages need: %s", json)
	}
}

// TestSelect proves that only files which fit the declared Pythons and platforms are declared, and that markers prune.
func TestSelect(t *testing.T) {
	text := entry(`tomli==2.0.0 ; python_version < "3.11"`, map[string]string{"tomli-2.0.0-py3-none-any.whl": hash("1")}) +
		entry("uv-build==1.0", map[string]string{
			"uv_build-1.0-py3-none-manylinux_2_17_x86_64.whl": hash("2"),
			"uv_build-1.0-py3-none-win_amd64.whl":             hash("3"),
			"uv_build-1.0-py3-none-musllinux_1_1_x86_64.whl":  hash("4"),
		})
	d, _ := describe(t, Hub{PythonVersions: []string{"3.10", "3.13"}, Platforms: []string{"linux_x86_64_gnu", "linux_x86_64_musl"}},
		map[string]string{"a/lock.txt": text})
	var names []string
	for _, f := range d.Files {
		names = append(names, f.Name)
	}
	want := []string{"tomli_2.0.0_py3_none_any_11111111", "uv_build_1.0_py3_none_manylinux_2_17_x86_64_22222222", "uv_build_1.0_py3_none_musllinux_1_1_x86_64_44444444"}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("repositories are %q, want %q", names, want)
	}
	build := d.Hubs["hub"]["a/BUILD.bazel"]
	for _, piece := range []string{
		`"//__settings__:3.10": ["@tomli_2.0.0_py3_none_any_11111111//:tomli-2.0.0-py3-none-any.whl"]`,
		`"//__settings__:3.13": []`,
		`"//__settings__:3.13_linux_x86_64_musl": ["@uv_build_1.0_py3_none_musllinux_1_1_x86_64_44444444//:uv_build-1.0-py3-none-musllinux_1_1_x86_64.whl"]`,
		`There are some for Python 3.10, 3.13 on linux_x86_64_gnu, linux_x86_64_musl.`,
	} {
		if !strings.Contains(build, piece) {
			t.Errorf("BUILD.bazel lacks %s:\n%s", piece, build)
		}
	}
	if settings := d.Hubs["hub"]["__settings__/BUILD.bazel"]; strings.Count(settings, "config_setting(") != 6 {
		t.Errorf("6 config_settings are wanted, two of Pythons alone:\n%s", settings)
	}
}

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

// TestSeveralLocks proves that locks of one package have targets of their own, and that two with one name are an error of
// that name alone.
func TestSeveralLocks(t *testing.T) {
	pylock := "lock-version = \"1.0\"\ncreated-by = \"test\"\npackages = []\n"
	d, _ := describe(t, Hub{}, map[string]string{"a/build.txt": pure, "a/pylock.docs.toml": pylock, "a/docs.txt": pure, "lock.txt": pure})
	build := d.Hubs["hub"]["a/BUILD.bazel"]
	for _, piece := range []string{
		"name = \"build\",\n    lock = \":build.lock.json\"",
		"name = \"docs\",\n    error = \"//a:docs.txt and //a:pylock.docs.toml would both be called docs.",
		"name = \"a\",\n    error = \"there are several locks in this package.\\nPossible fixes:\\n  - name the one that is meant: build, docs\"",
	} {
		if !strings.Contains(build, piece) {
			t.Errorf("BUILD.bazel lacks %s:\n%s", piece, build)
		}
	}
	if root := d.Hubs["hub"]["BUILD.bazel"]; !strings.Contains(root, `name = "hub"`) {
		t.Errorf("the lock of the root package is not @hub:\n%s", root)
	}
}

// TestGroups proves that parts of locks are targets by their names, the only one of a package also its default; each has
// what it names, and what is wrong with one is its own error.
func TestGroups(t *testing.T) {
	root := t.TempDir()
	const groups = "lock-version = \"1.0\"\ndependency-groups = [\"build\", \"docs\"]\n[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"'build' in dependency_groups\"\n" +
		"wheels = [{ name = \"a-1-py3-none-any.whl\", hashes = { sha256 = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" } }]\n"
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("pylock.toml", groups)
	write("x/uv.lock", "version = 2\n")
	group := func(pkg, name, target string) LockFile {
		return LockFile{Label: "//" + pkg + ":" + name, Package: pkg, Name: name, Root: root, Exists: pkg != "y", Target: target, Groups: []string{target}}
	}
	describe := func(locks ...LockFile) (map[string]string, error) {
		d, err := Describe(Request{Hubs: []Hub{{Name: "hub", PythonVersions: []string{"3.13"}, Locks: locks}}})
		return d.Hubs["hub"], err
	}
	hub, err := describe(group("", "pylock.toml", "build"), group("", "pylock.toml", "docs"), group("", "pylock.toml", "gone"), group("x", "uv.lock", "build"), group("y", "poetry.lock", "build"))
	if err != nil {
		t.Fatal(err)
	}
	for file, pieces := range map[string][]string{
		"BUILD.bazel": {
			"name = \"build\",\n    lock = \":build.lock.json\"", `wheels = ["@a_1_py3_none_any_aaaaaaaa//:a-1-py3-none-any.whl"]`, "name = \"docs\",\n    lock = \":docs.lock.json\"", "wheels = []",
			"name = \"gone\",\n    error = \"pylock.toml: the lock has no group gone; it has build, docs; ", "name = \"hub\",\n    error = \"there are several locks in this package.",
		},
		"x/BUILD.bazel": {"error = \"x/uv.lock: version 2 of uv.lock is not known;", `repair = "uv lock"`, "alias(\n    name = \"x\",\n    actual = \":build\",\n    visibility = [\"//visibility:public\"],\n)"},
		"y/BUILD.bazel": {`error = "there is no lock //y:poetry.lock yet.\nPossible fixes:\n  - write it: poetry lock"`},
	} {
		for _, piece := range pieces {
			if !strings.Contains(hub[file], piece) {
				t.Errorf("%s lacks %s:\n%s", file, piece, hub[file])
			}
		}
	}
	if _, err := describe(group("x", "uv.lock", "build"), group("x", "uv.lock", "build")); err == nil || !strings.Contains(err.Error(), "two lock_group tags call a part of //x:uv.lock build") {
		t.Error(err)
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

// TestFits pins which wheels are declared for which interpreter.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		file, python, platform string
		want                   bool
	}{
		{"a-1-py3-none-any.whl", "3.13", "macos_aarch64", true},
		{"a-1-py2-none-any.whl", "3.13", "linux_x86_64_gnu", false},
		{"a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.13", "linux_x86_64_gnu", true},
		{"a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.12", "linux_x86_64_gnu", false},
		{"a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.13t", "linux_x86_64_gnu", false},
		{"a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", "3.13t", "linux_x86_64_gnu", true},
		{"a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", "3.13", "linux_x86_64_gnu", false},
		{"a-1-cp39-abi3-manylinux_2_17_x86_64.whl", "3.13", "linux_x86_64_gnu", true},
		{"a-1-cp39-abi3-manylinux_2_17_x86_64.whl", "3.13t", "linux_x86_64_gnu", false},
		{"a-1-py3-none-musllinux_1_1_x86_64.whl", "3.13", "linux_x86_64_gnu", false},
		{"a-1-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl", "3.13", "linux_aarch64_musl", true},
		{"a-1-cp313-cp313-macosx_11_0_universal2.whl", "3.13", "macos_x86_64", true},
		{"a-1-cp313-cp313-win_amd64.whl", "3.13", "linux_x86_64_gnu", false},
	} {
		name, err := wheel.ParseName(c.file)
		if err != nil {
			t.Fatal(err)
		}
		targets, err := Hub{PythonVersions: []string{c.python}, Platforms: []string{c.platform}}.targets()
		if err != nil {
			t.Fatal(err)
		}
		if got := targets[0].fits(c.file, name); got != c.want {
			t.Errorf("%s fits %s: %v, want %v", c.file, targets[0].name(), got, c.want)
		}
	}
}

// TestWants pins what is known of a marker without the interpreter (REQ-1): what only the machine knows may hold.
func TestWants(t *testing.T) {
	targets, err := Hub{PythonVersions: []string{"3.13"}, Platforms: []string{"linux_x86_64_gnu"}}.targets()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]holds{
		`python_version >= "3.10"`:         {true, true},
		`python_full_version < "3.13"`:     {false, false},
		`python_full_version >= "3.13.2"`:  {true, false},
		`python_full_version == "3.13.*"`:  {true, true},
		`sys_platform == "win32"`:          {false, false},
		`platform_machine == "x86_64"`:     {true, true},
		`implementation_name == "pypy"`:    {false, false},
		`platform_release >= "6"`:          {true, false},
		`extra == "all"`:                   {false, false},
		`os_name == "nt" or "x" in extras`: {false, false},
	} {
		marker, err := requirement.ParseMarker(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := targets[0].wants(marker); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestNames proves that two files which would share a name get two, and that every name is one that Bazel takes.
func TestNames(t *testing.T) {
	same := hash("a")[:63] + "b"
	d, _ := describe(t, Hub{}, map[string]string{
		"a/lock.txt": entry("a==1+x", map[string]string{"a-1+x-py3-none-any.whl": hash("a")}),
		"b/lock.txt": entry("a==1+x", map[string]string{"a-1+x-py3-none-any.whl": same}),
		"c/lock.txt": entry("3to2==1", map[string]string{"3to2-1-py3-none-any.whl": hash("c")}),
	})
	var names []string
	for _, f := range d.Files {
		names = append(names, f.Name)
	}
	want := []string{"a_1_x_py3_none_any_aaaaaaaa", "a_1_x_py3_none_any_aaaaaaaaaaaaaaaa", "file_3to2_1_py3_none_any_cccccccc"}
	if !slices.Equal(names, want) {
		t.Errorf("names are %q, want %q", names, want)
	}
}
