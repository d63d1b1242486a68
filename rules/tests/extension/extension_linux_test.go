package extension_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const goodLock = `flit-core==3.12.0 \
    --hash=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    # file: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa flit_core-3.12.0-py3-none-any.whl
`

const hubTags = `pyproject.build_environments(name = "environments", locks = ["//a:lock.txt", "//b:lock.txt"])
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "environments", "machine_python")
register_toolchains("@machine_python//:all")
`

// TestBrokenLock proves REQ-4 in Bazel: a broken lock is the error of its own target alone, and cured by its file alone;
// one that is missing names the command that writes it.
func TestBrokenLock(t *testing.T) {
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":  moduleFile(repository(t), hubTags),
		"a/BUILD.bazel": `filegroup(name = "uses", srcs = ["@environments//a"])`,
		"b/BUILD.bazel": `filegroup(name = "uses", srcs = ["@environments//b"])`,
		"a/lock.txt":    goodLock,
		"b/lock.txt":    "flit-core==3.12.0\n",
	})
	w.succeeds([]string{"//a:uses", "//b:uses"}, "query", "//...")
	w.succeeds([]string{"@environments//a:a", "@environments//b:b"}, "query", "@environments//...")
	w.fails([]string{"@environments//b: b/lock.txt:1: ", "Possible fixes:", "bazel run //b:lock"}, "build", "--nobuild", "//b:uses")

	if err := os.Remove(filepath.Join(w.dir, "workspace/b/lock.txt")); err != nil {
		t.Fatal(err)
	}
	w.fails([]string{"there is no lock //b:lock.txt yet", "bazel run //b:lock"}, "build", "--nobuild", "//b:uses")

	w.write("b/lock.txt", "-r included.txt\n")
	w.fails([]string{"b/included.txt"}, "build", "--nobuild", "//b:uses")
	w.write("b/included.txt", goodLock)
	w.succeeds([]string{"flit_core_3.12.0_py3_none_any_aaaaaaaa//:flit_core-3.12.0-py3-none-any.whl"}, "query", "--output=build", "@environments//b")
}

// TestEvaluationNeedsNoNetwork proves that the extension finds all repositories without a network (BYTES-2), after a lock
// has changed as well; the helper's own sources and modules are there from the first call.
func TestEvaluationNeedsNoNetwork(t *testing.T) {
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":  moduleFile(repository(t), hubTags),
		"a/BUILD.bazel": "",
		"b/BUILD.bazel": "",
		"a/lock.txt":    goodLock,
	})
	w.succeeds([]string{"@environments//a:a"}, "query", "@environments//...")
	w.succeeds(nil, "shutdown")
	w.offline = true
	w.write("b/lock.txt", strings.ReplaceAll(goodLock, "aaaaaaaa", "bbbbbbbb"))
	w.succeeds([]string{"flit_core_3.12.0_py3_none_any_bbbbbbbb"}, "query", "--output=build", "@environments//b")
	w.succeeds(nil, "shutdown")
	w.offline = false
}

// TestNamesOfTwoModules proves that two hubs of one name are an error that names both modules.
func TestNamesOfTwoModules(t *testing.T) {
	hub := "pyproject.build_environments(name = \"environments\")\nuse_repo(pyproject, \"environments\")\n"
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel": moduleFile(repository(t), hub+"bazel_dep(name = \"inner\", version = \"\")\nlocal_path_override(module_name = \"inner\", path = \"inner\")\n"),
		"inner/MODULE.bazel": `module(name = "inner")
bazel_dep(name = "rules_pyproject", version = "0.1.0")
pyproject = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject")
` + hub,
		"inner/BUILD.bazel": "",
	})
	w.fails([]string{"Two repositories are called environments", "of module scratch", "of module inner", "Possible fixes:"}, "query", "@environments//...")
}

// TestPrebuiltHelper proves that a prebuilt helper is used, and that no Go SDK is fetched then.
func TestPrebuiltHelper(t *testing.T) {
	prebuilt := `helper = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject_helper")
helper.prebuilt(file = "//:prebuilt")
`
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":  moduleFile(repository(t), hubTags+prebuilt),
		"BUILD.bazel":   "",
		"a/BUILD.bazel": "",
		"b/BUILD.bazel": "",
		"a/lock.txt":    goodLock,
	})
	build := exec.Command("go", "build", "-o", filepath.Join(w.dir, "workspace/prebuilt"), "./tools/pyproject")
	build.Dir, build.Env = repository(t), append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	w.succeeds([]string{"@environments//a:a"}, "query", "@environments//...")
	if sdks := w.external("*go_sdk*"); len(sdks) > 0 {
		t.Errorf("Go was fetched: %q", sdks)
	}
	w.write("prebuilt", "#!/bin/sh\necho broken >&2\nexit 1\n")
	w.fails([]string{"the helper does not run on this machine: broken", "Possible fixes:"}, "query", "@environments//...")
}

// TestHelperBytes proves that the helper's bytes depend on nothing but its sources: neither on the directory, the output
// base nor the state of Go's caches (BYTES-1).
func TestHelperBytes(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "module"), filepath.Join(t.TempDir(), "elsewhere")
	if output, err := exec.Command("cp", "-r", repository(t), first).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if output, err := exec.Command("cp", "-r", first, second).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var sums []string
	for _, c := range []struct {
		module string
		env    []string
	}{{first, nil}, {second, []string{"GOCACHE=" + t.TempDir()}}} {
		w := newWorkspace(t, map[string]string{
			"MODULE.bazel": moduleFile(c.module, hubTags), "a/BUILD.bazel": "", "b/BUILD.bazel": "", "a/lock.txt": goodLock,
		})
		w.env = c.env
		w.succeeds(nil, "query", "@environments//...")
		found := w.external("*helper_from_source/pyproject")
		if len(found) != 1 {
			t.Fatalf("the helper is at %q", found)
		}
		data, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		sums = append(sums, hex.EncodeToString(sum[:]))
	}
	if sums[0] != sums[1] {
		t.Errorf("the helper's hashes are %q", sums)
	}
}

// TestLockTarget proves that a pyproject_lock runs where the lock is broken, and that its second run changes nothing
// (REQ-4). It asks the machine's own index, for uv and one small distribution. A Python that is registered and not there is
// the error of those that ask for it alone.
func TestLockTarget(t *testing.T) {
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel": moduleFile(repository(t), hubTags+`pyproject.system_python(name = "absent_python", interpreter = "/nonexistent/python3.12")
use_repo(pyproject, "absent_python")
register_toolchains("@absent_python//:all")
`),
		"a/BUILD.bazel": `load("@rules_pyproject//rules:lock.bzl", "pyproject_lock")
pyproject_lock(name = "lock", project = "pyproject.toml", out = "lock.txt")
`,
		"a/pyproject.toml": "[build-system]\nrequires = [\"flit_core==3.12.0\"]\nbuild-backend = \"flit_core.buildapi\"\n" +
			"[project]\nname = \"demo\"\nversion = \"1\"\ndescription = \"a demo\"\n",
		"a/demo.py":     "",
		"a/lock.txt":    "<<<<<<< ours\n",
		"b/BUILD.bazel": "",
		"b/lock.txt":    goodLock,
	})
	w.succeeds([]string{"is written anew: lock.txt:1: ", "added    flit-core 3.12.0", "lock.txt written: 1 distributions"}, "run", "//a:lock")
	w.succeeds([]string{"lock.txt is up to date"}, "run", "//a:lock")
	lock, err := os.ReadFile(filepath.Join(w.dir, "workspace/a/lock.txt"))
	if err != nil {
		t.Fatal(err)
	}
	w.contains(string(lock), []string{"#     bazel run //a:lock\n", "\nflit-core==3.12.0 \\\n", " flit_core-3.12.0-py3-none-any.whl\n"})
	w.succeeds([]string{"flit_core_3.12.0_py3_none_any_"}, "query", "--output=build", "@environments//a")
	w.succeeds(nil, "build", "--nobuild", "@environments//a")
	w.fails([]string{`system_python(name = "absent_python"): there is no /nonexistent/python3.12.`, "Possible fixes:"},
		"build", "--nobuild", "--@rules_pyproject//rules/settings:python_version=3.12", "@environments//a")
}
