package walls

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// helperVariable makes the test binary a helper process: its value is the JSON of a task.
const helperVariable = "WALLS_TEST_HELPER"

// hookVariable makes the test binary a hook.
const hookVariable = "WALLS_TEST_HOOK"

// hookInside is where a room shows the test binary, to be a hook.
const hookInside = "/usr/local/hook"

// task is what a helper process does: enter, open a room, run one command in it, report.
type task struct {
	Spec    Spec
	Mode    string // "", or a function of modes
	Program string // as the hook sees it; a name is one of the place Tools, "hook" is the test binary
	Args    []string
	Env     []string // added to the room's
	Hold    bool     // after the command, wait until no process has its descriptor 3
	Stop    bool     // end the command's context when it has written a line
	Files   map[string]string
}

// report is what a helper process found.
type report struct {
	Stdout, Stderr string `json:"-"`
	Code           int    `json:"-"`
	Network        []string
	Err            string // of Run
	Close          string
	Leftover       []string // what is in TempDir after Close
	Inside         map[string]string
}

func TestMain(m *testing.M) {
	if os.Getenv(hookVariable) != "" {
		os.Exit(hookMain(os.Args[1:]))
	}
	value, ok := os.LookupEnv(helperVariable)
	if !ok {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := helperMain(ctx, value)
	var exit *ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.Code)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// helperMain is the helper process.
func helperMain(ctx context.Context, value string) error {
	var do task
	if err := json.Unmarshal([]byte(value), &do); err != nil {
		return err
	}
	if do.Mode != "" {
		return modes[do.Mode](ctx, do)
	}
	inside, err := Reenter(ctx, do.Spec.Kind)
	if !inside || err != nil {
		return err
	}
	room, err := Open(ctx, do.Spec)
	if err != nil {
		return err
	}
	for name, text := range do.Files {
		if err := os.WriteFile(room.Outside(name), []byte(text), 0o755); err != nil {
			return err
		}
	}
	if err := room.Wait(); err != nil {
		return errors.Join(err, room.Close())
	}
	var found report
	if err := runTask(ctx, room, do); err != nil {
		found.Err = err.Error()
	}
	found.Network = room.Network()
	if err := room.Close(); err != nil {
		found.Close = err.Error()
	}
	entries, _ := os.ReadDir(do.Spec.TempDir)
	for _, entry := range entries {
		found.Leftover = append(found.Leftover, entry.Name())
	}
	data, err := json.Marshal(found)
	fmt.Fprintf(os.Stderr, "\nREPORT %s\n", data)
	return err
}

// runTask runs the task's command.
func runTask(ctx context.Context, room *Room, do task) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := Command{Args: do.Args, Stdout: os.Stdout, Stderr: os.Stderr, Env: append(room.Environ(), do.Env...)}
	switch {
	case do.Program == "hook":
		c.Path = room.Inside(hookInside)
		c.Env = append(c.Env, hookVariable+"=1")
	case filepath.IsAbs(do.Program):
		c.Path = do.Program
	default:
		c.Path = room.Inside(Tools) + "/" + do.Program
	}
	if do.Stop {
		c.Stdout = writerFunc(func(p []byte) (int, error) {
			cancel(errors.New("the test stopped it"))
			return os.Stdout.Write(p)
		})
	}
	if !do.Hold {
		return room.Run(ctx, c)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	c.ExtraFiles = []*os.File{write}
	err = room.Run(ctx, c)
	write.Close()
	_, _ = io.Copy(io.Discard, read) // ends when nobody has the other end
	return err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// helper prepares a helper process for a task. TempDir is one that every user may use.
func helper(t *testing.T, do task) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if do.Spec.Kind == "" {
		t.Fatal("a task without a kind")
	}
	if do.Spec.TempDir == "" {
		do.Spec.TempDir = openDir(t)
	}
	if do.Program == "hook" {
		do.Spec.ReadOnly = append(do.Spec.ReadOnly, Bind{Outside: self, Inside: hookInside})
	}
	value, err := json.Marshal(do)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), helperVariable+"="+string(value))
	return cmd
}

// openDir is a temporary directory that every user may write to, below others that every user may search.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "walls")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = removeAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a helper process to its end.
func run(t *testing.T, do task) report {
	t.Helper()
	return finish(t, helper(t, do))
}

func finish(t *testing.T, cmd *exec.Cmd) report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	found := report{}
	text, data, reported := strings.Cut(stderr.String(), "\nREPORT ")
	if reported {
		if err := json.Unmarshal([]byte(data), &found); err != nil {
			t.Fatalf("%v in %q", err, data)
		}
	}
	found.Stdout, found.Stderr, found.Code = stdout.String(), text, cmd.ProcessState.ExitCode()
	return found
}

// works runs a task that has to succeed and leave nothing, and returns what it printed.
func works(t *testing.T, do task) report {
	t.Helper()
	return succeeded(t, run(t, do))
}

func succeeded(t *testing.T, found report) report {
	t.Helper()
	if found.Code != 0 || found.Err != "" || found.Close != "" || len(found.Leftover) != 0 {
		t.Fatalf("code %d, run %q, close %q, left %v\n%s%s", found.Code, found.Err, found.Close, found.Leftover, found.Stdout, found.Stderr)
	}
	return found
}

// script is a task for the room's shell.
func script(kind Kind, text string) task {
	return task{Spec: Spec{Kind: kind}, Program: "sh", Args: []string{"-c", text}}
}

// each runs a test with both kinds of walls.
func each(t *testing.T, f func(t *testing.T, kind Kind)) {
	t.Helper()
	for _, kind := range []Kind{Required, Paths} {
		t.Run(string(kind), func(t *testing.T) { f(t, kind) })
	}
}
