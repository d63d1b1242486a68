package extension_test

import (
	"strings"
	"testing"
)

const cyclicProject = `load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
pyproject_wheel(name = "wheel", srcs = ["pyproject.toml"], build_environment = "@environments//NAME", visibility = ["//visibility:public"])
`

// TestWheelCycle proves BE-8: two projects that are built with each other are an error that shows the way around.
func TestWheelCycle(t *testing.T) {
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":     moduleFile(repository(t), hubTags),
		"a/BUILD.bazel":    strings.ReplaceAll(cyclicProject, "NAME", "a"),
		"a/pyproject.toml": "[build-system]\nrequires = [\"b\"]\nbuild-backend = \"b\"\n",
		"a/lock.txt":       "# wheel: b //b:wheel\n",
		"b/BUILD.bazel":    strings.ReplaceAll(cyclicProject, "NAME", "b"),
		"b/pyproject.toml": "[build-system]\nrequires = [\"a\"]\nbuild-backend = \"a\"\n",
		"b/lock.txt":       "# wheel: a //a:wheel\n",
	})
	w.fails([]string{"cycle in dependency graph", "//a:wheel", "environments//a:a", "//b:wheel", "environments//b:b"}, "build", "--nobuild", "//a:wheel")
}

// TestSourceCycle proves that build requirements from source that need each other are an error of their own target alone,
// which shows the way around.
func TestSourceCycle(t *testing.T) {
	fromSource := func(name string) string {
		hash := strings.Repeat("c", 64)
		return name + "==1.0 --hash=sha256:" + hash + "\n# file: sha256:" + hash + " " + name + "-1.0.tar.gz\n"
	}
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":      moduleFile(repository(t), hubTags),
		"a/BUILD.bazel":     `filegroup(name = "uses", srcs = ["@environments//a"])`,
		"b/BUILD.bazel":     `filegroup(name = "uses", srcs = ["@environments//b"])`,
		"a/lock.txt":        fromSource("one"),
		"a/one-1.0.txt":     fromSource("another"),
		"a/another-1.0.txt": fromSource("one"),
		"b/lock.txt":        fromSource("last"),
		"b/last-1.0.txt":    "# it builds itself\n",
	})
	w.fails([]string{"@environments//a: a/another-1.0.txt:1: ", "go round in a circle: one 1.0 → another 1.0 → one 1.0", "Possible fixes:"},
		"build", "--nobuild", "//a:uses")
	w.succeeds([]string{`sdist = "@`, "last-1.0.tar.gz"}, "query", "--output=build", "@environments//__source__:last-1.0")

	// What cures it is watched.
	w.write("a/another-1.0.txt", "# it builds itself, too\n")
	w.succeeds([]string{`"@environments//__source__:one-1.0"`}, "query", "--output=build", "@environments//a")
}
