package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// shellCommand is `pyproject shell` for a project whose backend says what it finds, in a process of its own.
func shellCommand(t *testing.T, kind string, words ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("this test needs a python3:", err)
	}
	archive, description := filepath.Join(dir, "e.tar"), filepath.Join(dir, "e.json")
	info, err := environment.Create(context.Background(), environment.CreateOptions{
		Lock: lock.Environment{Lock: "//demo:lock.txt"}, Interpreter: interpreter.Source{Executable: python}, Output: archive, Info: description,
	})
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"pyproject", "shell", "--label=//demo:wheel", "--walls=" + kind, "--environment=" + archive, "--environment-info=" + description,
		"--interpreter=" + info.Interpreter.Executable, "--source-root=demo", "--config-setting=key=value",
	}
	for name, text := range map[string]string{
		"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
		"backend.py":     "def build_wheel(directory, settings, metadata=None):\n    print('building', settings)\n    return 'demo-1-py3-none-any.whl'\n",
	} {
		path := filepath.Join(dir, "demo", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--source=demo/"+name+"="+path)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// testscript.Main knows by this name that the test binary is to be the helper.
	return &exec.Cmd{Path: self, Args: append(append(args, "--"), words...), Env: append(os.Environ(), "TMPDIR="+dir, "CFLAGS=hostile")}
}

// exitCode runs a command to its end.
func exitCode(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func bothKinds(t *testing.T, f func(t *testing.T, kind string)) {
	t.Helper()
	for _, kind := range []string{"required", "paths"} {
		t.Run(kind, func(t *testing.T) { f(t, kind) })
	}
}

// One command runs in the room, and its exit code is passed on.
func TestShellCommand(t *testing.T) {
	bothKinds(t, func(t *testing.T, kind string) {
		cmd := shellCommand(t, kind, "sh", "-c", `pwd; ls; echo "${CFLAGS-closed} $SOURCE_DATE_EPOCH $0 $1"; exit 7`, "a b", "c")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		code := exitCode(t, cmd)
		want := "/source/demo\nbackend.py\npyproject.toml\nclosed 315532800 a b c\n"
		if code != 7 || !strings.HasSuffix(out.String(), want) {
			t.Errorf("code %d, %s", code, out.String())
		}
	})
}

// Without a terminal the shell reads commands; "hook" calls hooks as a build does.
func TestShellReadsCommands(t *testing.T) {
	bothKinds(t, func(t *testing.T, kind string) {
		cmd := shellCommand(t, kind)
		cmd.Stdin = strings.NewReader("hook build_wheel; echo code $?\nhook get_requires_for_build_wheel; echo code $?\n" +
			"echo 'raise SystemExit(3)' > backend.py; hook build_wheel; echo code $?\nhook nonsense; echo code $?\n")
		var out, diagnostics bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &diagnostics
		code := exitCode(t, cmd)
		for _, part := range []string{
			"building {'key': 'value'}\nbuild_wheel answered: {\"name\":\"demo-1-py3-none-any.whl\",\"kind\":\"ok\"}\ncode 0\n",
			"get_requires_for_build_wheel answered: {\"kind\":\"missing hook\"}\ncode 0\n",
			"build_wheel answered: {\"code\":\"3\",\"kind\":\"exited\"}\ncode 1\ncode 2\n",
		} {
			if !strings.Contains(out.String(), part) {
				t.Errorf("no %q in %s", part, out.String())
			}
		}
		if code != 0 || !strings.Contains(diagnostics.String(), "usage: hook NAME") || strings.Contains(diagnostics.String(), "the room of its build") {
			t.Errorf("code %d, %s", code, diagnostics.String())
		}
	})
}

// With a terminal it is an interactive shell with job control, and the terminal belongs to its caller again afterwards.
func TestShellInteractive(t *testing.T) {
	bothKinds(t, func(t *testing.T, kind string) {
		master, slave := terminal(t)
		cmd := shellCommand(t, kind)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
		cmd.Env = append(cmd.Env, "TERM=dumb")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		slave.Close()
		if _, err := io.WriteString(master, "sleep 1000 & jobs; kill %1; hook build_wheel\necho $((40+2)) > $TMPDIR/x; cat $TMPDIR/x; exit 3\n"); err != nil {
			t.Fatal(err)
		}
		out, _ := io.ReadAll(master) // ends with an error when nobody has the terminal any more
		_ = cmd.Wait()
		text := strings.ReplaceAll(string(out), "\r", "")
		for _, part := range []string{"the room of its build (walls: " + kind + ")", "Running", "building {'key': 'value'}", "\n42\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("no %q", part)
			}
		}
		if code := cmd.ProcessState.ExitCode(); code != 3 || strings.Contains(text, "no job control") || t.Failed() {
			t.Errorf("code %d, %s", code, text)
		}
	})
}

// terminal makes a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return master, slave
}
