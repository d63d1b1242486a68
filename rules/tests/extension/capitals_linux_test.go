package extension_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const incremental = "--@rules_pyproject//rules/settings:incremental"

// capitals makes a workspace with the project of examples/cache_directory, twice, in //demo and //other, and a prebuilt helper. The attributes are those of
// their wheels.
func capitals(t *testing.T, attributes string) *workspace {
	t.Helper()
	w := newWorkspace(t, map[string]string{
		"BUILD.bazel": "",
		"MODULE.bazel": moduleFile(repository(t), strings.NewReplacer("//a:", "//demo:", "//b:", "//other:").Replace(hubTags)+
			"helper = use_extension(\"@rules_pyproject//rules:extensions.bzl\", \"pyproject_helper\")\nhelper.prebuilt(file = \"//:prebuilt\")\n"),
	})
	for _, project := range []string{"demo", "other"} {
		w.addCapitals(project)
		w.write(project+"/lock.txt", "")
		w.declareCapitals(project, attributes)
	}
	w.addHelper()
	return w
}

// addCapitals writes the sources of one such project.
func (w *workspace) addCapitals(project string) {
	w.t.Helper()
	example := filepath.Join(repository(w.t), "examples/cache_directory")
	for _, name := range []string{"pyproject.toml", "backend/tables.py", "src/capitals/__init__.py", "src/capitals/tables/asia.csv", "src/capitals/tables/europe.csv"} {
		data, err := os.ReadFile(filepath.Join(example, name))
		if err != nil {
			w.t.Fatal(err)
		}
		w.write(project+"/"+name, string(data))
	}
	w.write(project+"/src/capitals/ünï {}.txt", "") // names other than ASCII reach a worker whole
}

// declareCapitals writes its BUILD file.
func (w *workspace) declareCapitals(project, attributes string) {
	w.t.Helper()
	w.write(project+"/BUILD.bazel", `load("@rules_pyproject//rules:metadata.bzl", "pyproject_metadata")
load("@rules_pyproject//rules:sdist.bzl", "pyproject_sdist")
load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
SRCS = glob(["pyproject.toml", "backend/**", "src/**"])
pyproject_wheel(name = "wheel", srcs = SRCS, build_environment = "@environments//`+project+`", `+attributes+`)
pyproject_sdist(name = "sdist", srcs = SRCS, build_environment = "@environments//`+project+`")
pyproject_metadata(name = "metadata", srcs = SRCS, build_environment = "@environments//`+project+`")
`)
}

// addHelper puts the prebuilt helper where MODULE.bazel names it.
func (w *workspace) addHelper() {
	w.t.Helper()
	helper, err := prebuilt()
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, "workspace/prebuilt"), helper, 0o755)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// prebuilt is a helper, built once: cache directories belong to its bytes.
var prebuilt = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "helper-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "pyproject"), "./tools/pyproject")
	build.Dir, build.Env = "../../..", append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, output)
	}
	return os.ReadFile(filepath.Join(dir, "pyproject"))
})

func (w *workspace) read(name string) []byte {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, "workspace", name))
	if err != nil || len(found) != 1 {
		w.t.Fatalf("%s: %q", name, found)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// makes builds //demo:wheel, and wants the pieces in its log.
func (w *workspace) makes(pieces []string, flags ...string) (output string, wheel []byte) {
	w.t.Helper()
	output = w.succeeds(nil, "build", append(flags, "//demo:wheel")...)
	w.contains(string(w.read("bazel-bin/demo/wheel.log")), pieces)
	return output, w.read("bazel-bin/demo/wheel.dist/*.whl")
}

const (
	nothingKept = "cache          empty at the start: "
	somethingIs = "cache          as the last build left it: "
)

// edit replaces text of a source.
func (w *workspace) edit(name, old, new string) {
	w.t.Helper()
	text := string(w.read(name))
	if !strings.Contains(text, old) {
		w.t.Fatalf("%q is not in %s", old, name)
	}
	w.write(name, strings.ReplaceAll(text, old, new))
}

// nameCapital writes the table of Asia anew.
func (w *workspace) nameCapital(capital string) {
	w.t.Helper()
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,"+capital+"\n")
}

// outputBase is that of the workspace.
func (w *workspace) outputBase() string {
	w.t.Helper()
	lines := strings.Split(strings.TrimSpace(w.succeeds(nil, "info", "output_base")), "\n")
	return lines[len(lines)-1]
}

// workersBelow lists the workers whose program lies in an output base.
func workersBelow(t *testing.T, dir string) (found []string) {
	t.Helper()
	programs, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		line, _ := os.ReadFile(program)
		if bytes.Contains(line, []byte("--persistent_worker")) && bytes.Contains(line, []byte(dir)) {
			found = append(found, string(line))
		}
	}
	return found
}
