package extension_test

import (
	"archive/zip"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// flitCore are two versions of one backend: which of them a project has is seen in its wheel.
var flitCore = []struct{ version, sha256 string }{
	{"3.11.0", "fe464c086f630f106c0fc5001ee377980f45938f03f8f0d03da08a4841748541"},
	{"4.2.0", "2bee22dc8ba89c2e35b4e1ad575e596aac945c85672dd8f3cad21b629036e044"},
}

// addProject writes the project of a number, and gives the one line that people add to MODULE.bazel for it.
func (w *workspace) addProject(number int) string {
	name, core := fmt.Sprintf("project%03d", number), flitCore[number%2]
	w.write(name+"/BUILD.bazel", `load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
pyproject_wheel(
    name = "wheel",
    srcs = ["pyproject.toml", "`+name+`.py"],
    build_environment = "@environments//`+name+`",
)
`)
	w.write(name+"/pyproject.toml", `[build-system]
requires = ["flit_core==`+core.version+`"]
build-backend = "flit_core.buildapi"
[project]
name = "`+name+`"
version = "1.0"
description = "one of many"
`)
	w.write(name+"/"+name+".py", "")
	w.write(name+"/lock.txt", `flit-core==`+core.version+` --hash=sha256:`+core.sha256+`
    # file: sha256:`+core.sha256+` flit_core-`+core.version+`-py3-none-any.whl
`)
	return "    \"//" + name + ":lock.txt\",\n"
}

// generator gives the line of a project's wheel that says which backend made it.
func (w *workspace) generator(number int) string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, fmt.Sprintf("workspace/bazel-bin/project%03d/wheel.dist/*.whl", number)))
	if err != nil || len(found) != 1 {
		w.t.Fatalf("project %d has the wheels %q, %v", number, found, err)
	}
	wheel, err := zip.OpenReader(found[0])
	if err != nil {
		w.t.Fatal(err)
	}
	defer wheel.Close()
	file, err := wheel.Open(fmt.Sprintf("project%03d-1.0.dist-info/WHEEL", number))
	if err != nil {
		w.t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "Generator: ") {
			return line
		}
	}
	w.t.Fatalf("no Generator in %q", text)
	return ""
}

// TestManyEnvironments proves that 500 environments of one hub are declared, analysed and built with, each with its own
// versions (BE-5), that a file is fetched only for what is built, and once, and that one more project is one more line.
func TestManyEnvironments(t *testing.T) {
	const many = 500
	w := newWorkspace(t, nil)
	var lines strings.Builder
	for number := range many {
		lines.WriteString(w.addProject(number))
	}
	declare := func() {
		w.write("MODULE.bazel", moduleFile(repository(t), `pyproject.build_environments(name = "environments", locks = [
`+lines.String()+`])
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "environments", "machine_python")
register_toolchains("@machine_python//:all")
`))
	}
	declare()
	listed := w.succeeds([]string{"@environments//project000:project000\n", "@environments//project499:project499\n"}, "query", "kind(build_environment, @environments//...)")
	if found := strings.Count(listed, "@environments//project"); found != many {
		t.Errorf("%d environments are listed", found)
	}

	w.succeeds(nil, "build", "--nobuild", "//project001:wheel")
	if fetched := w.external("*~flit_core_*/BUILD.bazel"); len(fetched) != 1 {
		t.Errorf("for one project were fetched: %q", fetched)
	}
	w.succeeds(nil, "build", "--nobuild", "//...")
	if fetched := w.external("*~flit_core_*/BUILD.bazel"); len(fetched) != len(flitCore) {
		t.Errorf("for all projects were fetched: %q", fetched)
	}

	lines.WriteString(w.addProject(many))
	declare()
	w.succeeds(nil, "build", "//project000:wheel", "//project499:wheel", "//project500:wheel")
	for number, core := range map[int]string{0: flitCore[0].version, 499: flitCore[1].version, 500: flitCore[0].version} {
		if line := w.generator(number); line != "Generator: flit "+core {
			t.Errorf("project %d: %s, and its lock has %s", number, line, core)
		}
	}
}
