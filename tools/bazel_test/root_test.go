package bazel_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The files of a workspace outside of this repository, which asks for every module that is offered.
var workspaceFiles = map[string]string{
	"MODULE.bazel": `
module(name = "elsewhere")
bazel_dep(name = "bazel_features", version = "1.11.0")
bazel_dep(name = "bazel_skylib", version = "1.7.1")
bazel_dep(name = "gazelle", version = "0.43.0")
bazel_dep(name = "platforms", version = "0.0.10")
bazel_dep(name = "rules_cc", version = "0.0.11")
bazel_dep(name = "rules_go", version = "0.62.0")
bazel_dep(name = "rules_java", version = "7.6.5")
bazel_dep(name = "rules_license", version = "1.0.0")
bazel_dep(name = "rules_pkg", version = "0.9.1")
bazel_dep(name = "rules_proto", version = "6.0.0")
bazel_dep(name = "rules_pyproject", version = "0.1.0")
bazel_dep(name = "rules_python", version = "0.22.1")
bazel_dep(name = "rules_shell", version = "0.4.0")
bazel_dep(name = "stardoc", version = "0.8.1")
include("//:included.MODULE.bazel")
`,
	"included.MODULE.bazel": `
bazel_dep(name = "neighbour", version = "")
local_path_override(module_name = "neighbour", path = "neighbour")
downloads = use_extension("//:downloads.bzl", "downloads")
use_repo(downloads, "downloaded")
`,
	"neighbour/MODULE.bazel": `
module(name = "neighbour")
bazel_dep(name = "bazel_skylib", version = "1.0.3")
`,
	"neighbour/BUILD.bazel": "",
	"downloads.bzl": `
def _file_impl(rctx):
    rctx.download(url = rctx.os.environ["FILE_URL"], output = "file", sha256 = rctx.os.environ["FILE_SHA256"])
    rctx.file("BUILD.bazel", "exports_files([\"file\"])")

_file = repository_rule(_file_impl, environ = ["FILE_URL", "FILE_SHA256"])
downloads = module_extension(lambda _mctx: _file(name = "downloaded"))
`,
	"BUILD.bazel": `
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")
load("@rules_shell//shell:sh_test.bzl", "sh_test")

genrule(name = "namespaces", outs = ["namespaces.txt"], cmd = "unshare -Urmpn --fork sh -c 'mount -t tmpfs none /mnt && echo nested' > $@")
genrule(name = "fails", outs = ["fails.txt"], cmd = "exit 7")
genrule(name = "waits", outs = ["waits.txt"], cmd = "read -r line < $$GATE; echo $$line > $@")
sh_binary(name = "exits", srcs = ["exits.sh"])
sh_test(name = "exits_test", srcs = ["exits.sh"])
`,
	"exits.sh":         "exit 42\n",
	"below/.gitignore": "",
	// Stands for this repository, so that nothing that is under construction there matters here.
	"checkout/MODULE.bazel": "module(name = \"rules_pyproject\")\n",
	"checkout/BUILD.bazel":  "",
}

// rootMade tells whether the root exists: these tests don't spend minutes and gigabytes that nobody asked for.
var rootMade = sync.OnceValue(func() bool {
	command := exec.Command("../bazel", "which-bazel")
	command.Env = append(os.Environ(), "RULES_PYPROJECT_BAZEL=debian")
	output, err := command.Output()
	return err == nil && !strings.Contains(string(output), "made by the first call")
})

// shared is one workspace for all tests, since each costs a server. A copy of the launcher is in checkout/.
var shared string

func TestMain(m *testing.M) {
	code := m.Run()
	if shared != "" {
		rooted("", "clean", "--expunge").Run() //nolint:errcheck // stops the server too; there is nothing more to tidy
		if own := ownDirectory(); own != "" {
			os.RemoveAll(own) //nolint:errcheck
		}
		os.RemoveAll(shared) //nolint:errcheck
	}
	os.Exit(code)
}

// rooted is a call of the launcher in a directory of the shared workspace, with Debian's Bazel.
func rooted(directory string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(shared, "checkout/tools/bazel"), arguments...)
	command.Dir = filepath.Join(shared, directory)
	command.Env = append(os.Environ(), "RULES_PYPROJECT_BAZEL=debian")
	return command
}

// needRoot makes the shared workspace. It lies below /var, which is the root's own and not the machine's.
func needRoot(t *testing.T) {
	t.Helper()
	if !rootMade() {
		t.Skip("there is no root with Debian's Bazel yet: run RULES_PYPROJECT_BAZEL=debian tools/bazel info")
	}
	if shared != "" {
		return
	}
	directory, err := os.MkdirTemp("/var/tmp", "elsewhere")
	must(t, err)
	for name, text := range workspaceFiles {
		file := filepath.Join(directory, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o777))
		must(t, os.WriteFile(file, []byte(text), 0o777))
	}
	tools := filepath.Join(directory, "checkout/tools")
	must(t, os.MkdirAll(tools, 0o777))
	must(t, exec.Command("cp", "-r", "../bazel", "../bazel.d", tools).Run())
	shared = directory
}

// cacheOfRoot is the directory that holds the root.
func cacheOfRoot() string {
	output, _ := rooted("", "which-bazel").Output()
	cache, _, _ := strings.Cut(string(output), "/root-")
	return cache
}

// ownDirectory is the directory in the cache that belongs to the copy of the launcher.
func ownDirectory() string {
	sources, _ := filepath.Glob(filepath.Join(cacheOfRoot(), "checkout-*/registry-*/modules/rules_pyproject/0/source.json"))
	for _, source := range sources {
		if text, err := os.ReadFile(source); err == nil && strings.Contains(string(text), shared) {
			own, _, _ := strings.Cut(source, "/registry-")
			return own
		}
	}
	return ""
}

func TestRootPassesExitCodes(t *testing.T) {
	needRoot(t)
	for _, test := range []struct {
		code      int
		arguments []string
	}{
		{0, []string{"info", "release"}},
		{1, []string{"build", "//:fails"}},
		{2, []string{"build", "--no_such_flag"}},
		{3, []string{"test", "//:exits_test"}},
		{7, []string{"query", "//none:none"}},
		{42, []string{"run", "//:exits"}},
		{42, []string{"in-root", "sh", "-c", "exit 42"}},
	} {
		t.Run(strings.Join(test.arguments, " "), func(t *testing.T) {
			if _, stderr, code := run(t, rooted("", test.arguments...)); code != test.code {
				t.Errorf("exit code %d, want %d:\n%s", code, test.code, stderr)
			}
		})
	}
}

func TestRootPassesSignals(t *testing.T) {
	needRoot(t)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			fifo := filepath.Join(shared, "gate-"+signal.String())
			must(t, syscall.Mkfifo(fifo, 0o666))
			command := rooted("", "build", "--spawn_strategy=local", "--action_env=GATE="+fifo, "//:waits")
			must(t, command.Start())
			ended := make(chan error, 1)
			go func() { ended <- command.Wait() }()
			reading := make(chan *os.File)
			go func() {
				gate, _ := os.OpenFile(fifo, os.O_WRONLY, 0) // returns when the action reads
				reading <- gate
			}()
			var gate *os.File
			select {
			case gate = <-reading:
				defer gate.Close()
			case err := <-ended:
				t.Fatalf("the build ended before its action ran: %v", err)
			}
			must(t, command.Process.Signal(signal))
			<-ended
			if code := command.ProcessState.ExitCode(); code != 8 {
				t.Errorf("exit code %d (%s), want 8: interrupted", code, command.ProcessState)
			}
			if _, err := gate.WriteString("too late\n"); err == nil {
				t.Error("the action still reads")
			}
		})
	}
}

func TestRootGivesActionsLinuxSandbox(t *testing.T) {
	needRoot(t)
	log := filepath.Join(shared, "execution.json")
	// Nothing names the strategy: this is the default. User namespaces nest in it, which the helper's walls need.
	_, stderr, code := run(t, rooted("", "build", "--execution_log_json_file="+log, "//:namespaces"))
	if code != 0 {
		t.Fatal(stderr)
	}
	contains(t, stderr, "1 linux-sandbox")
	text, err := os.ReadFile(log)
	must(t, err)
	contains(t, string(text), `"runner": "linux-sandbox"`)
	built, err := os.ReadFile(filepath.Join(shared, "bazel-bin", "namespaces.txt"))
	must(t, err) // readable from outside
	if string(built) != "nested\n" {
		t.Errorf("the action wrote %q", built)
	}
	_, stderr, code = run(t, rooted("", "build", "--spawn_strategy=linux-sandbox", "--action_env=AGAIN=1", "//:namespaces"))
	if code != 0 {
		t.Error(stderr)
	}
}

func TestRootKeepsTheServer(t *testing.T) {
	needRoot(t)
	first, _, _ := run(t, rooted("", "info", "server_pid"))
	second, _, _ := run(t, rooted("below", "info", "server_pid"))
	if first == "" || first != second {
		t.Errorf("server_pid was %q and then, below, %q", first, second)
	}
}

func TestRootOffersModules(t *testing.T) {
	needRoot(t)
	stdout, stderr, code := run(t, rooted("below", "mod", "graph", "--depth=1"))
	if code != 0 {
		t.Fatal(stderr)
	}
	contains(t, stdout, "rules_pyproject@0.1.0", "rules_go@0.62.0", "gazelle@0.43.0", "neighbour@_", "stardoc@0.8.1")
	if strings.Contains(stderr, "is asked for") {
		t.Errorf("a module is said to be missing:\n%s", stderr)
	}
}

func TestRootNamesMissingModules(t *testing.T) {
	needRoot(t)
	directory := filepath.Join(shared, "missing")
	must(t, os.MkdirAll(directory, 0o777))
	module := "bazel_dep(name = \"no_such_module\", version = \"1\")\n"
	must(t, os.WriteFile(filepath.Join(directory, "MODULE.bazel"), []byte(module), 0o666))
	_, stderr, _ := run(t, rooted("missing", "--batch", "mod", "graph"))
	contains(t, stderr, "the module no_such_module is asked for", "bazel_skylib", "local path")
}

// The text of rules_pyproject's own MODULE.bazel is copied into the registry, so a change has to be noticed.
func TestRootNoticesChangesOfTheModule(t *testing.T) {
	needRoot(t)
	below := func() string {
		t.Helper()
		stdout, stderr, code := run(t, rooted("", "mod", "deps", "rules_pyproject"))
		if code != 0 {
			t.Fatal(stderr)
		}
		return stdout
	}
	if before := below(); strings.Contains(before, "zlib@") {
		t.Fatalf("before the change:\n%s", before)
	}
	text := workspaceFiles["checkout/MODULE.bazel"] + "bazel_dep(name = \"zlib\", version = \"1.2\")\n"
	must(t, os.WriteFile(filepath.Join(shared, "checkout/MODULE.bazel"), []byte(text), 0o666))
	contains(t, below(), "zlib@")
}

// What is offered under that name by this repository's launcher is this repository.
func TestRootOffersThisRepository(t *testing.T) {
	needRoot(t)
	directory := t.TempDir()
	module := "bazel_dep(name = \"rules_pyproject\", version = \"0.1.0\")\n"
	must(t, os.WriteFile(filepath.Join(directory, "MODULE.bazel"), []byte(module), 0o666))
	launcher, err := filepath.Abs("../bazel")
	must(t, err)
	command := rooted("", "--batch", "query", "@rules_pyproject//:all")
	command.Path, command.Dir = launcher, directory
	if _, stderr, code := run(t, command); code != 0 {
		t.Error(stderr)
	}
}

func TestRootPassesTheTerminal(t *testing.T) {
	needRoot(t)
	script, err := exec.LookPath("script")
	if err != nil {
		t.Skip("script(1), which makes a terminal, is not installed")
	}
	command := rooted("")
	command.Args = []string{script, "--quiet", "--return", "--command", command.Path + " in-root sh -c 'test -t 0 && test -t 1'", "/dev/null"}
	command.Path = script
	stdout, stderr, code := run(t, command)
	if code != 0 {
		t.Errorf("no terminal inside: %d\n%s%s", code, stdout, stderr)
	}
}

// Which index that is, is the machine's own affair: Bazel is given the URL that pip finds.
func TestRootDownloadsFromTheMachinesIndex(t *testing.T) {
	needRoot(t)
	stdout, stderr, code := run(t, rooted("", "in-root", "python3", "-m", "pip", "install", "--quiet", "--dry-run",
		"--ignore-installed", "--no-deps", "--report=-", "flit_core==3.12.0"))
	if code != 0 {
		t.Fatalf("pip does not reach its index: %s", stderr)
	}
	var report struct {
		Install []struct {
			Download struct {
				URL     string `json:"url"`
				Archive struct {
					Hashes map[string]string `json:"hashes"`
				} `json:"archive_info"`
			} `json:"download_info"`
		} `json:"install"`
	}
	must(t, json.Unmarshal([]byte(stdout), &report))
	file := report.Install[0].Download
	_, stderr, code = run(t, rooted("", "build", "--repository_cache=", "--repo_env=FILE_URL="+file.URL,
		"--repo_env=FILE_SHA256="+file.Archive.Hashes["sha256"], "@downloaded//:file"))
	if code != 0 {
		t.Error(stderr)
	}
}

func TestRootLockIsFree(t *testing.T) {
	needRoot(t)
	run(t, rooted("", "info", "release")) // starts the server
	lock := filepath.Join(cacheOfRoot(), "lock")
	if output, err := exec.Command("flock", "--nonblock", lock, "true").CombinedOutput(); err != nil {
		t.Errorf("something that lives on holds %s: %v %s", lock, err, output)
	}
}
