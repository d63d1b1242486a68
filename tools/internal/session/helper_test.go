package session

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
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

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// taskVariable makes the test binary a helper process: its value is the JSON of a task.
const taskVariable = "SESSION_TEST_TASK"

// task is one session, run in a process of its own because walls want one.
type task struct {
	Config   Config
	Settings []hook.Setting // hook.Settings writes itself as hooks read it
	Kept     int            // keptOutput, if set
	Files    int            // how many files a cache directory may have, if set
	Roomy    bool           // a file system may be full to the last byte
	Kind     string         // what the session makes: "" is a wheel
}

// kinds are both kinds of walls: every test of a session runs in each.
var kinds = []walls.Kind{walls.Required, walls.Paths}

// plainEnvironment is an environment without distributions, made once for all tests.
var plainEnvironment struct{ archive, info, python string }

//go:embed testdata/maker.py
var maker string

func TestMain(m *testing.M) {
	if value, ok := os.LookupEnv(taskVariable); ok {
		os.Exit(helperMain(value))
	}
	dir, err := os.MkdirTemp("", "session-test-")
	if err == nil {
		err = makeEnvironment(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// makeEnvironment makes plainEnvironment with the machine's python3.
func makeEnvironment(dir string) error {
	python, err := exec.LookPath("python3")
	if err != nil {
		return fmt.Errorf("these tests need a python3: %w", err)
	}
	e := &plainEnvironment
	e.archive, e.info, e.python = filepath.Join(dir, "e.tar"), filepath.Join(dir, "e.json"), python
	info, err := environment.Create(context.Background(), environment.CreateOptions{
		Lock: lock.Environment{Lock: "//demo:lock.txt"}, Program: hook.Caller, Interpreter: interpreter.Source{Executable: python}, Output: e.archive, Info: e.info,
	})
	if err == nil {
		e.python = info.Interpreter.Executable
	}
	return err
}

// helperMain is the helper process; it ends as the verb wheel does.
func helperMain(value string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var do task
	if err := json.Unmarshal([]byte(value), &do); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	inside, err := walls.Reenter(ctx, do.Config.Walls)
	if inside {
		do.Config.Settings = do.Settings
		adapters = fakeAdapters
		if do.Kept != 0 {
			keptOutput = do.Kept
		}
		if do.Roomy {
			maxLeastBytes = 0
		}
		if do.Files != 0 {
			cache.DefaultLimits.Files = do.Files
		}
		var result Result
		runs := map[string]func(context.Context, *Config) (Result, error){"": Run, "sdist": RunSdist, "metadata": RunMetadata}
		result, err = runs[do.Kind](ctx, &do.Config)
		for _, warning := range result.Warnings {
			fmt.Fprintf(os.Stderr, "warning: %s\n", warning)
		}
	}
	var ended *walls.ExitError
	switch {
	case errors.As(err, &ended):
		return ended.Code
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// session is a task with its files.
type session struct {
	task
	dir    string
	cwd    string // of the helper, empty for the test's own
	stderr string
	code   int
}

// newSession makes a source tree of backend.py, maker.py and files, with a pyproject.toml that says backend-path = ["."].
func newSession(t *testing.T, kind walls.Kind, backend string, files map[string]string) *session {
	t.Helper()
	s := &session{dir: t.TempDir()}
	s.Config = Config{
		Label: "//demo:wheel", Walls: kind, Lock: "//demo:lock.txt", Repair: "bazel run //demo:lock",
		Environment: plainEnvironment.archive, EnvironmentInfo: plainEnvironment.info, Interpreter: plainEnvironment.python,
		SourceRoot: "demo", Output: filepath.Join(s.dir, "out"), Log: filepath.Join(s.dir, "log"), Metadata: filepath.Join(s.dir, "metadata"),
	}
	all := map[string]string{
		"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
		"backend.py":     "import maker\n" + backend,
		"maker.py":       maker,
	}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		s.write(t, name, text, 0o644)
	}
	return s
}

// write adds a file to the source tree.
func (s *session) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(s.dir, "tree", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	s.Config.Sources = append(s.Config.Sources, SourceFile{"demo/" + name, path})
}

func (s *session) command(t *testing.T) *exec.Cmd {
	t.Helper()
	value, err := json.Marshal(s.task)
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(own)
	cmd.Dir = s.cwd
	cmd.Env = append(os.Environ(), taskVariable+"="+string(value), "TMPDIR="+s.dir)
	return cmd
}

// run runs the session to its end.
func (s *session) run(t *testing.T) {
	t.Helper()
	cmd := s.command(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	s.stderr, s.code = stderr.String(), cmd.ProcessState.ExitCode()
	if left, _ := filepath.Glob(filepath.Join(s.dir, "pyproject*")); len(left) > 0 {
		t.Errorf("the room was left behind: %q", left)
	}
}

// succeed runs the session, which makes a wheel, and returns the wheel's files.
func (s *session) succeed(t *testing.T) map[string]string {
	t.Helper()
	if s.run(t); s.code != 0 {
		t.Fatalf("exit code %d:\n%s", s.code, s.stderr)
	}
	wheels, err := filepath.Glob(filepath.Join(s.Config.Output, "*"))
	if err != nil || len(wheels) != 1 {
		t.Fatalf("the output is %q", wheels)
	}
	return unzip(t, wheels[0])
}

// fail runs the session, which has to fail with every one of the texts in its message.
func (s *session) fail(t *testing.T, texts ...string) {
	t.Helper()
	if s.run(t); s.code != 1 {
		t.Errorf("exit code %d", s.code)
	}
	for _, text := range texts {
		if !strings.Contains(s.stderr, text) {
			t.Errorf("the message lacks %q:\n%.3000s", text, s.stderr)
		}
	}
	if log := readFile(t, s.Config.Log); !strings.Contains(log, strings.SplitN(s.stderr, "\n", 2)[0]) {
		t.Errorf("the log does not say how it ended:\n%.3000s", log)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Config.Output, "*")); len(left) > 0 {
		t.Errorf("a failed session left outputs: %q", left)
	}
}

func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(data)
	}
	return files
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// inBoth runs a test in both kinds of walls.
func inBoth(t *testing.T, test func(t *testing.T, kind walls.Kind)) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}
