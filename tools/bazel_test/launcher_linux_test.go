package bazel_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestBazelRealComesFirst(t *testing.T) {
	m := newMachine(t)
	m.bazel("bazel", "8.0.0")
	real := m.bazel("real-bazel", "7.4.1")
	stdout, _, code := run(t, m.command([]string{"BAZEL_REAL=" + real}, "build", "//a b"))
	if want := "real-bazel build //a b BAZELISK_SKIP_WRAPPER=true\n"; stdout != want || code != 8 {
		t.Errorf("got %q and %d, want %q and 8", stdout, code, want)
	}
}

func TestBazelOnPathIsUsed(t *testing.T) {
	for _, name := range []string{"bazel", "bazelisk"} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.bazel(name, "10.0.0-pre.20260101.1")
			stdout, _, code := run(t, m.command(nil, "info"))
			if want := name + " info BAZELISK_SKIP_WRAPPER=true\n"; stdout != want || code != 8 {
				t.Errorf("got %q and %d, want %q and 8", stdout, code, want)
			}
		})
	}
}

func TestWhichBazelSaysWhy(t *testing.T) {
	m := newMachine(t)
	old := m.bazel("old-bazel", "4.2.3")
	mute := m.program("bazel", succeeds)
	isk := m.bazel("bazelisk", "8.4.2")
	stdout, _, code := run(t, m.command([]string{"BAZEL_REAL=" + old}, "which-bazel"))
	want := isk + " 8.4.2\n" +
		"chosen: bazelisk on PATH\n" +
		"rejected: BAZEL_REAL, " + old + ": 4.2.3 is older than 7.4\n" +
		"rejected: bazel on PATH, " + mute + ": `" + mute + " --version` does not print a version\n"
	if stdout != want || code != 0 {
		t.Errorf("got %d and\n%swant 0 and\n%s", code, stdout, want)
	}
}

func TestNothingNewEnoughMeansDebians(t *testing.T) {
	m := newMachine(t)
	m.bazel("bazel", "7.3.9")
	must(t, os.Symlink(m.launcher, filepath.Join(m.path, "bazelisk"))) // must not call itself
	stdout, _, _ := run(t, m.command(nil, "which-bazel"))
	contains(t, stdout, "made by the first call", "chosen: Debian sid's", "7.3.9 is older than 7.4", "bazelisk on PATH: none")
	if m.starts() != 0 {
		t.Error("which-bazel made a root")
	}
	stdout, stderr, code := run(t, m.command(nil, "build", "//a b"))
	if stdout != "in the root: bazel build //a b\n" || code != 0 {
		t.Errorf("got %d and %q", code, stdout)
	}
	contains(t, stderr, "making a root with Debian sid's Bazel in", "from file:///mirror")
	stdout, stderr, _ = run(t, m.command(nil, "in-root", "ls", "-l"))
	if stdout != "in the root: ls -l\n" || stderr != "" || m.starts() != 1 {
		t.Errorf("the second call said %q and %q after %d starts", stdout, stderr, m.starts())
	}
}

func TestTwoStartsMakeOneRoot(t *testing.T) {
	m := newMachine(t)
	first := m.command([]string{"RULES_PYPROJECT_BAZEL=debian"}, "info")
	_, release := startGated(t, first)
	second := m.command([]string{"RULES_PYPROJECT_BAZEL=debian"}, "info")
	output, err := second.StderrPipe()
	must(t, err)
	must(t, second.Start())
	reader := bufio.NewReader(output)
	line, err := reader.ReadString('\n')
	must(t, err)
	contains(t, line, "another start is at work")
	release()
	_, err = io.Copy(io.Discard, reader)
	must(t, err)
	must(t, first.Wait())
	must(t, second.Wait())
	if m.starts() != 1 || len(m.roots()) != 1 {
		t.Errorf("%d starts made %v", m.starts(), m.roots())
	}
}

func TestKilledStartLeavesNothingThatLasts(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			m := newMachine(t)
			command := m.command([]string{"RULES_PYPROJECT_BAZEL=debian"}, "info")
			alive, _ := startGated(t, command)
			must(t, command.Process.Signal(signal))
			command.Wait() //nolint:errcheck // it was killed
			_, err := io.Copy(io.Discard, alive)
			must(t, err) // mmdebstrap is dead
			for _, root := range m.roots() {
				if !strings.HasSuffix(root, ".new") {
					t.Errorf("%s looks finished", root)
				}
			}
			_, stderr, code := run(t, m.command([]string{"RULES_PYPROJECT_BAZEL=debian"}, "info"))
			if code != 0 || m.starts() != 2 || len(m.roots()) != 1 || strings.HasSuffix(m.roots()[0], ".new") {
				t.Errorf("the next start ended with %d and %v:\n%s", code, m.roots(), stderr)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(m *machine)
		says    []string
	}{
		{"making fails", func(m *machine) { m.order("fail") }, []string{"the mirror is on fire", "making the root failed", "root.log"}},
		{"no namespaces", func(m *machine) { m.order("refused") }, []string{"--mount", "--privileged", "install Bazel 7.4"}},
		{"not Debian", func(m *machine) { must(m.t, os.Remove(filepath.Join(m.path, "apt-get"))) }, []string{"no Debian or Ubuntu machine", "Install Bazel or Bazelisk"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			test.prepare(m)
			_, stderr, code := run(t, m.command([]string{"RULES_PYPROJECT_BAZEL=debian"}, "info"))
			if code != 36 {
				t.Errorf("exit code %d, want 36", code)
			}
			contains(t, stderr, test.says...)
			for _, root := range m.roots() {
				if !strings.HasSuffix(root, ".new") {
					t.Errorf("%s was left", root)
				}
			}
		})
	}
}

func TestOrdinaryUserIsToldWhatToInstall(t *testing.T) {
	m := newMachine(t)
	must(t, os.Remove(filepath.Join(m.path, "mmdebstrap")))
	must(t, os.Remove(filepath.Join(m.path, "newuidmap")))
	command := m.command([]string{"RULES_PYPROJECT_BAZEL=debian"}, "info")
	if os.Geteuid() == 0 {
		const nobody = 65534
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		for directory := m.cache; directory != os.TempDir() && directory != "/"; directory = filepath.Dir(directory) {
			must(t, os.Chmod(directory, 0o777))
		}
	}
	_, stderr, code := run(t, command)
	if code != 36 {
		t.Errorf("exit code %d, want 36", code)
	}
	contains(t, stderr, "sudo apt-get install --no-install-recommends mmdebstrap uidmap")
}

// The module files that the stub registry is made from come in every shape that people write.
func TestRegistryReadsModuleFiles(t *testing.T) {
	const module = `
# bazel_dep(name = "commented", version = "1")
module(
    name = "mine",
    # Kept in sync (by hand).
    version = "1.2",  # see version.bzl
    bazel_compatibility = [">=7.0.0"],
)
module(name = "one_line", version = "3")
bazel_dep(name = "short", version = "1.0")
bazel_dep(
    name = "long",
    version = "2.0.bcr.1",
    dev_dependency = True,
)
bazel_dep(name = "local")
local_path_override(module_name = "local", path = "../elsewhere")
single_version_override(
    module_name = "pinned",
    version = "9",
)
include("//build:more.MODULE.bazel")
`
	file := filepath.Join(t.TempDir(), "MODULE.bazel")
	must(t, os.WriteFile(file, []byte(module), 0o666))
	call := func(command string) string {
		t.Helper()
		script := "cache=/c recipe=1 checkout=/w own=/c/own\nsource ../bazel.d/modules.sh\n" + command + " " + file
		stdout, stderr, _ := run(t, exec.Command("bash", "-euc", script))
		if stderr != "" {
			t.Error(stderr)
		}
		return stdout
	}
	asked := "dep short 1.0\ndep long 2.0.bcr.1\ndep local \noverridden local ../elsewhere\ndep pinned 9\ninclude //build:more.MODULE.bazel\n"
	if got := call("asked"); got != asked {
		t.Errorf("asked:\n%swant:\n%s", got, asked)
	}
	stub := call("version=0.5; one() { stub \"$1\" 0.5; }; one")
	contains(t, stub,
		"module(version = \"0.5\", \n", "    name = \"mine\",\n", "      # see version.bzl\n", "[\">=7.0.0\"]",
		"module(version = \"0.5\", name = \"one_line\", )", "bazel_dep(name = \"short\", version = \"0\")", "    version = \"0\",\n")
	for _, gone := range []string{"1.2", "2.0.bcr.1", `"1.0"`} {
		if strings.Contains(stub, gone) {
			t.Errorf("%s is left in:\n%s", gone, stub)
		}
	}
}
