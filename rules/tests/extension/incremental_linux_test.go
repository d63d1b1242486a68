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

// capitals makes a workspace with the project of examples/cache_directory, twice, in //demo and //other, and a prebuilt helper.
func capitals(t *testing.T, attributes string) *workspace {
	t.Helper()
	files := map[string]string{"BUILD.bazel": ""}
	example := filepath.Join(repository(t), "examples/cache_directory")
	for _, project := range []string{"demo", "other"} {
		for _, name := range []string{"pyproject.toml", "backend/tables.py", "src/capitals/__init__.py", "src/capitals/tables/asia.csv", "src/capitals/tables/europe.csv"} {
			data, err := os.ReadFile(filepath.Join(example, name))
			if err != nil {
				t.Fatal(err)
			}
			files[project+"/"+name] = string(data)
		}
		files[project+"/src/capitals/ünï {}.txt"] = "" // names other than ASCII reach a worker whole
		files[project+"/lock.txt"] = ""
		files[project+"/BUILD.bazel"] = `load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
pyproject_wheel(name = "wheel", srcs = glob(["pyproject.toml", "backend/**", "src/**"]), build_environment = "@environments//` + project + `", ` + attributes + `)
`
	}
	files["MODULE.bazel"] = moduleFile(repository(t), strings.NewReplacer("//a:", "//demo:", "//b:", "//other:").Replace(hubTags)+
		"helper = use_extension(\"@rules_pyproject//rules:extensions.bzl\", \"pyproject_helper\")\nhelper.prebuilt(file = \"//:prebuilt\")\n")
	w := newWorkspace(t, files)
	helper, err := prebuilt()
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, "workspace/prebuilt"), helper, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
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

// TestDeclaredCache proves CACHE-3 and CACHE-9: a job publishes the cache directory, another machine (another output base) starts with it, and
// makes the bytes of a cold build (CACHE-6) by doing only what is new.
func TestDeclaredCache(t *testing.T) {
	job := capitals(t, "cache_output = True")
	job.succeeds(nil, "build", "--output_groups=+cache", "//demo:wheel")
	published := job.read("bazel-bin/demo/wheel.cache.tar")

	next := capitals(t, `cache_input = "published.tar"`)
	next.write("demo/published.tar", string(published))
	next.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Lima\n")
	_, warm := next.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"})
	next.write("demo/published.tar", string(published[:len(published)/2]))
	_, cold := next.makes([]string{nothingKept + "of published.tar, it is damaged", "made ['asia.csv', 'europe.csv'] and reused []"})
	if !bytes.Equal(warm, cold) {
		t.Error("the wheels differ")
	}
}

// TestIncremental proves CACHE-3, CACHE-5, CACHE-6, CACHE-9 and BYTES-3 for warm builds: one worker for all projects keeps the directories, where bazel clean
// empties them or where the user says; warm results reach no cache; without the setting nothing changes.
func TestIncremental(t *testing.T) {
	w := capitals(t, "")
	// What Bazel is told of cold and of warm actions, word by word.
	w.succeeds([]string{"ExecutionInfo: {block-network: ''}\n"}, "aquery", "mnemonic(PyprojectWheel, //demo:wheel)")
	w.succeeds([]string{"ExecutionInfo: {block-network: '', no-cache: '', requires-worker-protocol: json, supports-worker-cancellation: 1, supports-workers: 1}\n"},
		"aquery", incremental, "mnemonic(PyprojectWheel, //demo:wheel)")

	_, cold := w.makes([]string{"cache          empty at the start, gone at the end\n", "made ['asia.csv', 'europe.csv']"})
	disk := "--disk_cache=" + filepath.Join(w.dir, "disk")
	flags := []string{incremental, "--worker_verbose", disk, "--worker_max_instances=PyprojectWheel=1"}
	_, warm := w.makes([]string{nothingKept + "nothing of the project was built before\n", "made ['asia.csv', 'europe.csv']"}, flags...)
	if !bytes.Equal(cold, warm) {
		t.Error("a warm build that starts empty and a cold one differ")
	}
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Lima\n")
	_, warm = w.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	if output := w.succeeds([]string{"1 worker"}, "build", append(flags, "//other:wheel")...); strings.Contains(output, "Created new") {
		t.Errorf("another project has a worker of its own:\n%s", output)
	}
	if output, again := w.makes([]string{"made ['asia.csv', 'europe.csv'] and reused []"}); bytes.Equal(again, cold) || !bytes.Equal(again, warm) {
		t.Errorf("a cold build after the warm one differs:\n%s", output)
	}

	// bazel clean empties it, and the disk cache knows nothing of it.
	w.succeeds(nil, "clean")
	output, _ := w.makes([]string{nothingKept + "nothing of the project was built before\n"}, flags...)
	w.contains(output, []string{"1 worker"})

	// A root of the user's is shared: by sandboxed workers, and by another output base.
	root := filepath.Join(t.TempDir(), "root")
	flags = append(flags, "--worker_sandboxing", "--worker_extra_flag=PyprojectWheel=--cache-root="+root)
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Quito\n")
	w.makes([]string{nothingKept}, flags...)
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Lima\n")
	w.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	other := capitals(t, "")
	_, elsewhere := other.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	if !bytes.Equal(elsewhere, cold) {
		t.Error("the wheel of another output base differs")
	}
	// Both at once, again and again: one has the directory, and the other is cold, or has it then.
	for _, capital := range []string{"Quito", "Lima", "Quito"} {
		var ended []chan struct{}
		var builds []*exec.Cmd
		for _, of := range []*workspace{w, other} {
			of.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,"+capital+"\n")
			build := of.command("build", append(flags, "//demo:wheel")...)
			builds, ended = append(builds, build), append(ended, start(t, build))
		}
		for i, of := range []*workspace{w, other} {
			<-ended[i]
			if code := builds[i].ProcessState.ExitCode(); code != 0 {
				t.Errorf("of two builds at once one ended with %d", code)
			} else if capital == "Lima" && !bytes.Equal(of.read("bazel-bin/demo/wheel.dist/*.whl"), warm) {
				t.Errorf("of two builds at once one made another wheel; its log:\n%s", of.read("bazel-bin/demo/wheel.log"))
			}
		}
	}
	// A root that is relative: a mistake, which says so.
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Cusco\n")
	w.fails([]string{"is not an absolute path"}, "build", incremental, "--worker_extra_flag=PyprojectWheel=--cache-root=relative", "//demo:wheel")

	w.makes([]string{somethingIs}, flags...)
	base := strings.TrimSpace(w.succeeds(nil, "info", "output_base"))
	base = base[strings.LastIndexByte(base, '\n')+1:]
	if len(processesBelow(t, base)) == 0 {
		t.Error("no worker is waiting")
	}
	w.succeeds(nil, "shutdown")
	if left := processesBelow(t, base); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestColdEqualsWarm proves CACHE-6: with the setting a warm build that differs from a cold one fails, names the files and who is to blame, and its
// cache directory goes.
func TestColdEqualsWarm(t *testing.T) {
	w := capitals(t, "")
	flags := []string{incremental, "--@rules_pyproject//rules/settings:cold_equals_warm"}
	w.makes([]string{"made ['asia.csv', 'europe.csv']"}, flags...)
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Lima\n")
	w.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	// A backend that names an entry by the file's name alone keeps what was made of another content.
	right := string(w.read("demo/backend/tables.py"))
	wrong := strings.Replace(right, "name.encode(), source]", "name.encode()]", 1)
	if right == wrong {
		t.Fatal("the example has changed")
	}
	w.write("demo/backend/tables.py", wrong)
	w.makes([]string{somethingIs, "made ['asia.csv', 'europe.csv']"}, flags...)
	w.write("demo/src/capitals/tables/asia.csv", "country,capital\nPeru,Quito\n")
	w.fails([]string{
		"//demo: the warm build and a cold one of the same source differ (CACHE-6)", "capitals-1.0-py3-none-any.whl differs", "capitals/asia.py",
		"to blame: the backend, which takes cache_directory", "The cache directories of the project were removed",
	}, "build", append(flags, "//demo:wheel")...)
	w.makes([]string{nothingKept}, flags...)
}

// processesBelow lists the processes whose program lies in the workspace's output base.
func processesBelow(t *testing.T, dir string) (found []string) {
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
