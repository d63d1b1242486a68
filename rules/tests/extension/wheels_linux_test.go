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
