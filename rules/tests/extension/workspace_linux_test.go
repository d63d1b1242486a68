// Package extension_test runs Bazel on scratch workspaces that use the module extension.
package extension_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// noNetwork is the variable that makes the test binary a launcher: with nothing but a loopback of its own, it becomes the
// program that its arguments name.
const noNetwork = "EXTENSION_TEST_NO_NETWORK"

func TestMain(m *testing.M) {
	if os.Getenv(noNetwork) != "" {
		err := raiseLoopback()
		if err == nil {
			err = syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
		}
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(125)
	}
	os.Exit(m.Run())
}

// raiseLoopback lets Bazel's client reach its server in a new network namespace.
func raiseLoopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

// workspace is a scratch workspace, with an output base and a repository cache of its own.
type workspace struct {
	t       *testing.T
	dir     string
	offline bool
	env     []string
	// sharesDownloads says that files which another workspace has fetched need not be fetched again.
	sharesDownloads bool
}

// moduleFile begins the MODULE.bazel of every workspace here.
func moduleFile(module, tags string) string {
	return `module(name = "scratch")
bazel_dep(name = "rules_pyproject", version = "0.1.0")
local_path_override(module_name = "rules_pyproject", path = "` + module + `")
pyproject = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject")
` + tags
}

// newWorkspace makes a workspace, and stops its server and removes its output base at the end.
func newWorkspace(t *testing.T, files map[string]string) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir()}
	for name, text := range files {
		w.write(name, text)
	}
	t.Cleanup(func() {
		w.bazel("clean", "--expunge")
	})
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, "workspace", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		w.t.Fatal(err)
	}
}

// command is one command of Bazel, which is not started yet.
func (w *workspace) command(command string, args ...string) *exec.Cmd {
	launcher := filepath.Join(repository(w.t), "tools", "bazel")
	arguments := []string{command}
	if command != "shutdown" {
		arguments = append(arguments, "--curses=no", "--noshow_progress")
	}
	if command != "shutdown" && command != "clean" && command != "info" && !w.sharesDownloads {
		arguments = append(arguments, "--repository_cache="+filepath.Join(w.dir, "cache"))
	}
	cmd := exec.Command(launcher, append(arguments, args...)...)
	cmd.Env = append(os.Environ(), w.env...)
	if w.offline {
		cmd = exec.Command(os.Args[0], cmd.Args...)
		cmd.Env = append(append(os.Environ(), w.env...), noNetwork+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		if os.Getuid() != 0 {
			cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		}
	}
	cmd.Dir = filepath.Join(w.dir, "workspace")
	return cmd
}

// bazel runs one command of Bazel; its output is both streams.
func (w *workspace) bazel(command string, args ...string) (output string, code int) {
	w.t.Helper()
	cmd := w.command(command, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if cmd.ProcessState == nil {
			w.t.Fatal(err)
		}
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// succeeds runs a command that has to, and wants all of the pieces in its output.
func (w *workspace) succeeds(pieces []string, command string, args ...string) string {
	w.t.Helper()
	output, code := w.bazel(command, args...)
	if code != 0 {
		w.t.Fatalf("bazel %s %q ended with %d:\n%s", command, args, code, output)
	}
	w.contains(output, pieces)
	return output
}

// fails runs a command that must not succeed, and wants all of the pieces in its output.
func (w *workspace) fails(pieces []string, command string, args ...string) string {
	w.t.Helper()
	output, code := w.bazel(command, args...)
	if code == 0 {
		w.t.Fatalf("bazel %s %q succeeded:\n%s", command, args, output)
	}
	w.contains(output, pieces)
	return output
}

func (w *workspace) contains(output string, pieces []string) {
	w.t.Helper()
	for _, piece := range pieces {
		if !strings.Contains(output, piece) {
			w.t.Errorf("%q is not in the output:\n%s", piece, output)
		}
	}
}

// external gives the paths in the output base that match a pattern below external/.
func (w *workspace) external(pattern string) []string {
	w.t.Helper()
	base, code := w.bazel("info", "output_base")
	if code != 0 {
		w.t.Fatal(base)
	}
	lines := strings.Split(strings.TrimSpace(base), "\n")
	paths, err := filepath.Glob(filepath.Join(lines[len(lines)-1], "external", pattern))
	if err != nil {
		w.t.Fatal(err)
	}
	return paths
}

// repository is the top of this repository.
func repository(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
