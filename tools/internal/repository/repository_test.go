package repository

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
		`wheels = ["//__wheels__/uv-build:1.0"] + select(`,
		`There are some for Python 3.10, 3.13 on linux_x86_64_gnu, linux_x86_64_musl.`,
	} {
		if !strings.Contains(build, piece) {
			t.Errorf("BUILD.bazel lacks %s:\n%s", piece, build)
		}
	}
	several := d.Hubs["hub"]["__wheels__/uv-build/BUILD.bazel"]
	for _, piece := range []string{
		"locked_wheels(\n    name = \"1.0\",",
		`"//__settings__:3.13_linux_x86_64_musl": ["@uv_build_1.0_py3_none_musllinux_1_1_x86_64_44444444//:uv_build-1.0-py3-none-musllinux_1_1_x86_64.whl"]`,
		`"//conditions:default": []`,
	} {
		if !strings.Contains(several, piece) {
			t.Errorf("the package of uv-build lacks %s:\n%s", piece, several)
		}
	}
	if settings := d.Hubs["hub"]["__settings__/BUILD.bazel"]; strings.Count(settings, "config_setting(") != 6 {
		t.Errorf("6 config_settings are wanted, two of Pythons alone:\n%s", settings)
	}
}

// TestSharedWheels proves that a distribution with several wheels is described once for all locks of a hub that want it for
// the same targets, and once more where others want it.
func TestSharedWheels(t *testing.T) {
	native := func(marker string) string {
		return entry("a==1"+marker, map[string]string{"a-1-cp312-cp312-win_amd64.whl": hash("1"), "a-1-cp312-cp312-manylinux_2_17_x86_64.whl": hash("2"), "a-1-cp313-cp313-manylinux_2_17_x86_64.whl": hash("3")})
	}
	d, _ := describe(t, Hub{PythonVersions: []string{"3.12", "3.13"}, Platforms: []string{"linux_x86_64_gnu"}}, map[string]string{
		"x/lock.txt": native(""), "y/lock.txt": native(` ; os_name == "posix"`), "z/lock.txt": native(` ; python_version < "3.13"`),
	})
	for pkg, piece := range map[string]string{"x": `["//__wheels__/a:1"]`, "y": `["//__wheels__/a:1"]`, "z": "\"//__settings__:3.12\": [\"@a_1_cp312"} {
		if build := d.Hubs["hub"][pkg+"/BUILD.bazel"]; !strings.Contains(build, piece) {
			t.Errorf("%s lacks %s", build, piece)
		}
	}
	if build := d.Hubs["hub"]["__wheels__/a/BUILD.bazel"]; strings.Count(build, "locked_wheels(") != 1 {
		t.Error(build)
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
