package bazel_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

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
	terminal, theirs := openTerminal(t)
	command := rooted("", "in-root", "sh", "-c", "test -t 0 && test -t 1")
	command.Stdin, command.Stdout, command.Stderr = theirs, theirs, theirs
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	must(t, command.Start())
	theirs.Close()
	shown, _ := io.ReadAll(terminal) // its end is an error, once nobody has the other side
	if err := command.Wait(); err != nil {
		t.Errorf("no terminal inside: %v\n%s", err, shown)
	}
}

// openTerminal makes a terminal: the side of whoever shows it, and that of programs.
func openTerminal(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { ours.Close() })
	must(t, unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	must(t, err)
	theirs, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	must(t, err)
	return ours, theirs
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
