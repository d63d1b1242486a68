package repository

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// fromSource is an entry that has only an sdist.
func fromSource(name, version, digit string) string {
	return entry(name+"=="+version, map[string]string{name + "-" + version + ".tar.gz": hash(digit)})
}

// bootstrap are the locks of a project that is built with app, which is built with one and two, which are both built with
// a backend that builds itself.
func bootstrap() map[string]string {
	return map[string]string{
		"p/locks/lock.txt":        "# This file was written via the following command:\n#     bazel run //p:lock\n" + fromSource("app", "1.0", "1") + pure,
		"p/locks/app-1.0.txt":     fromSource("one", "1.0", "2") + fromSource("two", "2.0", "3"),
		"p/locks/one-1.0.txt":     "# asked: this\n" + fromSource("backend", "4", "4"),
		"p/locks/two-2.0.txt":     "# asked: that\n# and more\n" + fromSource("backend", "4", "4"),
		"p/locks/backend-4.txt":   "# nothing\n",
		"p/locks/forgotten-1.txt": "no lock\n",
	}
}

// describeDirectory is describe where only the lock.txt are named, as in MODULE.bazel.
func describeDirectory(t *testing.T, hub Hub, files map[string]string) (Description, string) {
	t.Helper()
	root := t.TempDir()
	writeFiles(t, root, files)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if pkg, name, _ := strings.Cut(path, "/"); strings.HasSuffix(name, "/lock.txt") {
			hub.Locks = append(hub.Locks, LockFile{Label: "//" + pkg + ":" + name, Package: pkg, Name: name, Root: root, Exists: true})
		}
	}
	hub.Name = "hub"
	d, err := Describe(Request{Hubs: []Hub{hub}})
	if err != nil {
		t.Fatal(err)
	}
	return d, root
}

// TestDirectory shows the package of what is built from source: to any depth, equal resolutions in one environment.
func TestDirectory(t *testing.T) {
	d, root := describeDirectory(t, Hub{}, bootstrap())
	files := d.Hubs["hub"]
	if got := files["p/BUILD.bazel"]; !strings.Contains(got, `"//__source__:app-1.0"`) || !strings.Contains(got, `"@flit_core_3.12.0_py3_none_any_`) {
		t.Errorf("p/BUILD.bazel is\n%s", got)
	}
	if got := files["p/p.lock.json"]; !strings.Contains(got, `"built":"@hub//__source__:app-1.0"`) {
		t.Errorf("p.lock.json is\n%s", got)
	}
	source := files["__source__/BUILD.bazel"]
	for piece, count := range map[string]int{
		"build_environment(\n": 3, "pyproject_wheel_rule(\n": 4, `"//__source__:backend-4"`: 1,
		`wheels = ["//__source__:backend-4"],`: 1, `name = "two-2.0",`: 1, `repair = "bazel run //p:lock",`: 3,
		`sdist = "@backend_4.tar.gz_44444444//:backend-4.tar.gz",`: 1, `lock_label = "//p:locks/app-1.0.txt",`: 1,
	} {
		if got := strings.Count(source, piece); got != count {
			t.Errorf("%s is there %d times, want %d:\n%s", piece, got, count, source)
		}
	}
	for _, name := range []string{"lock.txt", "app-1.0.txt", "one-1.0.txt", "two-2.0.txt", "backend-4.txt"} {
		if !slices.Contains(d.Sources, root+"/p/locks/"+name) {
			t.Errorf("%s is not watched: %q", name, d.Sources)
		}
	}
	if len(d.Files) != 5 {
		t.Errorf("%d files, want 4 sdists and a wheel: %+v", len(d.Files), d.Files)
	}

	// The same again in another directory adds nothing but the target itself; another build of one distribution does.
	more := bootstrap()
	for path, text := range bootstrap() {
		more["q"+path[1:]] = text
	}
	again, _ := describeDirectory(t, Hub{}, more)
	if again.Hubs["hub"]["__source__/BUILD.bazel"] != source || len(again.Files) != 5 {
		t.Errorf("equal builds are not shared:\n%s", again.Hubs["hub"]["__source__/BUILD.bazel"])
	}
	more["q/locks/two-2.0.txt"] = pure
	again, _ = describeDirectory(t, Hub{}, more)
	if got := again.Hubs["hub"]["__source__/BUILD.bazel"]; !strings.Contains(got, `name = "two-2.0-`) || !strings.Contains(got, `name = "app-1.0-`) {
		t.Errorf("two builds of one distribution:\n%s", got)
	}
}

// TestDirectoryTargets: what is built from source is built where no wheel fits, and where it is wanted.
func TestDirectoryTargets(t *testing.T) {
	native := entry("native==1", map[string]string{"native-1-cp313-cp313-manylinux_2_17_x86_64.whl": hash("5"), "native-1.tar.gz": hash("6")})
	hub := Hub{PythonVersions: []string{"3.10", "3.13"}, Platforms: []string{"linux_x86_64_gnu"}}
	files := map[string]string{
		"p/locks/lock.txt":     native + strings.Replace(fromSource("old", "1", "7"), "old==1", "old==1 ; python_version < \"3.11\"", 1),
		"p/locks/native-1.txt": pure,
		"p/locks/old-1.txt":    pure,
	}
	d, _ := describeDirectory(t, hub, files)
	want := `
            "//__settings__:3.10": [
                "//__source__:native-1",
                "//__source__:old-1",
            ],
            "//__settings__:3.13": ["@native_1_cp313_cp313_manylinux_2_17_x86_64_55555555//:native-1-cp313-cp313-manylinux_2_17_x86_64.whl"],
`
	if got := d.Hubs["hub"]["p/BUILD.bazel"]; !strings.Contains(got, want) {
		t.Errorf("p/BUILD.bazel is\n%s\nand lacks\n%s", got, want)
	}

	// Where nobody has locked how it is built, those that a wheel fits go on.
	delete(files, "p/locks/native-1.txt")
	d, _ = describeDirectory(t, hub, files)
	if got := d.Hubs["hub"]["p/BUILD.bazel"]; strings.Contains(got, "\n    error =") || strings.Contains(got, "source__:native") {
		t.Errorf("p/BUILD.bazel is\n%s", got)
	}
}

// TestWrongDirectory: what is wrong in one of the locks is the error of the target that needs it.
func TestWrongDirectory(t *testing.T) {
	for name, c := range map[string]struct{ path, text, message string }{
		"missing": {"one-1.0.txt", "", "p/locks/app-1.0.txt:1: one 1.0 has to be built from source, and there is no lock of what it is built with: p/locks/one-1.0.txt\nPossible fixes:\n  - write the lock again: bazel run //p:lock"},
		"broken":  {"two-2.0.txt", "backend==4\n", "p/locks/two-2.0.txt:1: backend==4 has no hash"},
		"cycle": {"backend-4.txt", fromSource("two", "2.0", "3"),
			"p/locks/backend-4.txt:1: build requirements that are built from source go round in a circle: two 2.0 → backend 4 → two 2.0"},
		"itself": {"two-2.0.txt", fromSource("two", "2.0", "3"), "go round in a circle: two 2.0 → two 2.0\nPossible fixes:"},
	} {
		files := bootstrap()
		if files["p/locks/"+c.path] = c.text; c.text == "" {
			delete(files, "p/locks/"+c.path)
		}
		if name == "cycle" {
			files["p/locks/one-1.0.txt"] = ""
		}
		d, root := describeDirectory(t, Hub{}, files)
		got := strings.NewReplacer(`\n`, "\n", `\342\206\222`, "→").Replace(d.Hubs["hub"]["p/BUILD.bazel"])
		if !strings.Contains(got, c.message) || strings.Contains(got, "wheels =") {
			t.Errorf("%s: p/BUILD.bazel is\n%s", name, got)
		}
		if !slices.Contains(d.Sources, root+"/p/locks/"+c.path) {
			t.Errorf("%s: what cures it is not watched: %q", name, d.Sources)
		}
	}
}
