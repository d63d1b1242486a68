package extension_test

import "testing"

// TestProjectAtRoot proves that a project at the top of its repository builds again after Bazel has put its own links
// beside it, which lead to copies of the project.
func TestProjectAtRoot(t *testing.T) {
	core := flitCore[1]
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel": moduleFile(repository(t), `pyproject.build_environments(name = "environments", locks = ["//:lock.txt"])
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "environments", "machine_python")
register_toolchains("@machine_python//:all")
`),
		"pyproject.toml": `[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "top"
version = "1.0"
description = "at the top"
`,
		"top.py": "",
		"lock.txt": `flit-core==` + core.version + ` --hash=sha256:` + core.sha256 + `
    # file: sha256:` + core.sha256 + ` flit_core-` + core.version + `-py3-none-any.whl
`,
	})
	for _, globbed := range []string{`["*.toml", "*.py"]`, `["**"], exclude = ["bazel-*/**", "lock.txt", "*.bazel"]`} {
		w.write("BUILD.bazel", `load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
pyproject_wheel(name = "wheel", srcs = glob(`+globbed+`), build_environment = "@environments//:environments")
`)
		w.succeeds([]string{"bazel-bin/wheel.dist"}, "build", "//:wheel")
	}
}
