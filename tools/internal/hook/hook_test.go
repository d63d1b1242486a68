package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// plain runs a hook's process as it is, without walls.
type plain struct{}

func (plain) Run(ctx context.Context, p Process) (Exit, error) {
	// -S: nothing of the machine's site-packages takes part.
	cmd := exec.CommandContext(ctx, p.Path, append([]string{"-S"}, p.Args...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = p.Dir, p.Env, p.Output, p.Output, p.ExtraFiles
	err := cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		status := ended.Sys().(syscall.WaitStatus)
		if status.Signaled() {
			return Exit{Signal: status.Signal()}, nil
		}
		return Exit{Code: status.ExitStatus()}, nil
	}
	return Exit{}, err
}

// python is the machine's python3, which every one of these tests needs.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("these tests need a python3: %v", err)
	}
	return path
}

// callerCode is what the machine's python3 makes of Caller.
func callerCode(t *testing.T) []byte {
	t.Helper()
	code, err := interpreter.CompileProgram(context.Background(), python(t), Caller)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// call writes the backend as backend.py into a source tree of its own, and calls the hook of it through backend-path.
func call(t *testing.T, backend string, request Request) (Response, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "backend.py"), []byte(backend), 0o644); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	request.Source, request.Python, request.Output = dir, python(t), &output
	request.Env = append(request.Env, "PYTHONDONTWRITEBYTECODE=1")
	if request.Backend == "" {
		request.Backend, request.BackendPath = "backend", []string{"."}
	}
	response, err := Call(context.Background(), plain{}, request)
	if err != nil {
		t.Fatal(err)
	}
	return response, output.String()
}

// TestKinds proves HOOK-1 and HOOK-2: every way in which a hook can end is told apart.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, backend string
		hook          Name
		kind          Kind
		ended         string
		output        string
	}{
		{"requires", "def get_requires_for_build_wheel(s): return ['a>1', 'b']", GetRequiresWheel, OK, "succeeded", ""},
		{"wheel", "def build_wheel(d, s, m): print('hello'); return 'é\\\\\"\U0001F40D.whl'", BuildWheel, OK, "succeeded", "hello\n"},
		{"missing", "", BuildWheel, MissingHook, "backend has no build_wheel", ""},
		{"unsupported", "class UnsupportedOperation(Exception): pass\ndef build_sdist(d, s): raise UnsupportedOperation('no git')",
			BuildSdist, Unsupported, "build_sdist of backend is unsupported: UnsupportedOperation: no git", "no git"},
		{"raises", "def build_wheel(d, s, m): raise ValueError('no\\nway')", BuildWheel, Raised, "build_wheel of backend raised ValueError: no", "Traceback"},
		{"import", "import missing_thing", BuildWheel, ImportError, "backend could not be imported: ModuleNotFoundError: No module named 'missing_thing'", "import missing_thing"},
		{"syntax", "def (", BuildWheel, ImportError, "SyntaxError", "def ("},
		{"exit", "import sys\ndef build_wheel(d, s, m): sys.exit(3)", BuildWheel, Exited, "called sys.exit with code 3", ""},
		{"exit text", "import sys\ndef build_wheel(d, s, m): sys.exit('need a C compiler')", BuildWheel, Exited, "called sys.exit with code 1", "need a C compiler\n"},
		{"exit 0", "import sys\ndef build_wheel(d, s, m): sys.exit()", BuildWheel, Exited, "called sys.exit with code 0", ""},
		{"exit on import", "import sys\nsys.exit(2)", BuildWheel, Exited, "code 2", ""},
		{"_exit", "import os\ndef build_wheel(d, s, m): os._exit(0)", BuildWheel, Died, "ended without an answer: its interpreter exited with code 0", ""},
		{"killed", "import os\ndef build_wheel(d, s, m): os.kill(os.getpid(), 9)", BuildWheel, Died, "ended by signal 9 (killed)", ""},
		{"dies after", "import os, atexit\ndef build_wheel(d, s, m): atexit.register(os._exit, 4); return 'a'", BuildWheel, Died, "exited with code 4", ""},
		{"None", "def build_wheel(d, s, m): pass", BuildWheel, BadResult, "returned None (NoneType) instead of a str", ""},
		{"path", "import pathlib\ndef build_wheel(d, s, m): return pathlib.Path('a.whl')", BuildWheel, BadResult, "PosixPath", ""},
		{"requires str", "def get_requires_for_build_wheel(s): return 'wheel'", GetRequiresWheel, BadResult, "instead of a list of str", ""},
		{"requires ints", "def get_requires_for_build_wheel(s): return [1]", GetRequiresWheel, BadResult, "returned [1] (list)", ""},
		{"bad str", "class E(Exception):\n def __str__(self): 1/0\ndef build_wheel(d, s, m): raise E", BuildWheel, Raised, "raised E", ""},
		{"forked child", "import os\ndef build_wheel(d, s, m):\n p = os.fork()\n if p: os.waitpid(p, 0)\n return 'parent' if p else 'child'", BuildWheel, OK, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, output := call(t, c.backend, Request{Hook: c.hook, Directory: "/out"})
			if response.Kind != c.kind || !strings.Contains(response.Ended("backend"), c.ended) || !strings.Contains(output, c.output) {
				t.Errorf("got %q: %s\n%s\nwant %q: %s\n%s", response.Kind, response.Ended("backend"), output, c.kind, c.ended, c.output)
			}
			if strings.Contains(output, "<string>") {
				t.Errorf("the caller's own frames are in the traceback:\n%s", output)
			}
			if c.name == "wheel" && response.Name != "é\\\"\U0001F40D.whl" {
				t.Errorf("name came back as %q", response.Name)
			}
			if c.name == "forked child" && response.Name != "parent" {
				t.Errorf("a forked child answered: %q", response.Name)
			}
			if c.name == "requires" && !slices.Equal(response.Requires, []string{"a>1", "b"}) {
				t.Errorf("requires came back as %q", response.Requires)
			}
		})
	}
}

// report is a backend whose get_requires answers with what it was called with and what it sees.
const report = `
import json, os, sys
clean = sorted(m for m in ("json", "inspect", "re", "ast", "traceback", "importlib.util") if m in sys.modules and m != "json")
def get_requires_for_build_wheel(*args, **kwargs):
    return [json.dumps(args[0]), json.dumps(kwargs), os.getcwd(), json.dumps(sys.path), json.dumps(sys.argv)]
`

// TestSettings proves HOOK-1: one value is a str, several are a list in order, none is None.
func TestSettings(t *testing.T) {
	for _, c := range []struct {
		settings Settings
		want     string
	}{
		{nil, "null"},
		{Settings{{"a", "1"}}, `{"a": "1"}`},
		{Settings{{"z", "2"}, {"a", "<&\u2028'\"\\\n"}, {"z", "1"}, {"e", ""}}, `{"z": ["2", "1"], "a": "<&\u2028'\"\\\n", "e": ""}`},
	} {
		response, output := call(t, report, Request{Hook: GetRequiresWheel, Settings: c.settings})
		if response.Kind != OK {
			t.Fatal(response, output)
		}
		var got, want any
		if err := errors.Join(json.Unmarshal([]byte(response.Requires[0]), &got), json.Unmarshal([]byte(c.want), &want)); err != nil {
			t.Fatal(err)
		}
		if response.Requires[0] != strings.ReplaceAll(c.want, "\u2028", `\u2028`) {
			t.Errorf("hook got %s, want %s", response.Requires[0], c.want)
		}
	}
	if _, err := ParseSetting("=x"); err == nil {
		t.Error("a setting without a key was accepted")
	}
	if s, err := ParseSetting("k=a=b"); err != nil || s != (Setting{"k", "a=b"}) {
		t.Error(s, err)
	}
}

// TestPlace proves HOOK-1: cwd is the source tree, sys.path begins with backend-path and never holds the caller's
// directory or, without backend-path, the source tree; a backend from elsewhere is refused.
func TestPlace(t *testing.T) {
	response, output := call(t, report, Request{Hook: GetRequiresWheel})
	if response.Kind != OK {
		t.Fatal(response, output)
	}
	var path []string
	if err := json.Unmarshal([]byte(response.Requires[3]), &path); err != nil {
		t.Fatal(err)
	}
	if path[0] != response.Requires[2] || slices.Contains(path[1:], path[0]) || slices.Contains(path, "") {
		t.Errorf("cwd %s, sys.path %q", response.Requires[2], path)
	}
	response, _ = call(t, report, Request{Hook: GetRequiresWheel, Backend: "backend"})
	if response.Kind != ImportError || response.MissingModule != "backend" {
		t.Errorf("the source tree is on sys.path: %v", response)
	}
	response, _ = call(t, "", Request{Hook: GetRequiresWheel, Backend: "json.decoder", BackendPath: []string{"."}})
	if response.Kind != WrongPlace || !strings.Contains(response.Error, "decoder.py") {
		t.Errorf("a backend from outside of backend-path was used: %v", response)
	}
	response, _ = call(t, "", Request{Hook: GetRequiresWheel, Backend: "backend:Api.x", BackendPath: []string{"."}})
	if response.Kind != NoObject {
		t.Errorf("got %v", response)
	}
	nested := "class A:\n class B:\n  @staticmethod\n  def get_requires_for_build_wheel(s): return ['nested']"
	response, output = call(t, nested, Request{Hook: GetRequiresWheel, Backend: "backend:A.B", BackendPath: []string{"."}})
	if response.Kind != OK || response.Requires[0] != "nested" {
		t.Errorf("%v\n%s", response, output)
	}
}

// TestCleanInterpreter proves HOOK-1: before the backend is imported nothing is loaded that site did not load.
func TestCleanInterpreter(t *testing.T) {
	const backend = "import sys\nloaded = [m for m in ('json', 're', 'inspect', 'ast', 'traceback', 'tempfile') if m in sys.modules]\n" +
		"def get_requires_for_build_wheel(s): return loaded"
	response, output := call(t, backend, Request{Hook: GetRequiresWheel})
	if response.Kind != OK || len(response.Requires) != 0 {
		t.Errorf("%v\n%s", response, output)
	}
}

// TestOutput proves that what backend and children print stays in order, that no byte breaks it, and that the
// descriptors of the caller are not inherited.
func TestOutput(t *testing.T) {
	const backend = `
import os, subprocess, sys
def build_wheel(d, s, m):
    print("one")
    subprocess.run(["echo", "two"])
    print("three", file=sys.stderr)
    print("fo\udcffur")
    sys.stdout.buffer.write(b"\xff\n")
    sys.stdout.flush()
    subprocess.run(["sh", "-c", "echo spoof >&4"], close_fds=False)
    return "a"
`
	response, output := call(t, backend, Request{Hook: BuildWheel})
	want := "one\ntwo\nthree\nfo\\udcffur\n\xff\n"
	if response.Kind != OK || !strings.HasPrefix(output, want) {
		t.Errorf("%v\n%q\nwant %q", response, output, want)
	}
}

// TestContextEnds proves that a hook that never returns is ended, with the cause that the context has.
func TestContextEnds(t *testing.T) {
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	if err := syscall.Mkfifo(started, 0o600); err != nil {
		t.Fatal(err)
	}
	backend := "import signal\nopen('started', 'w').close()\nsignal.pause()"
	if err := os.WriteFile(filepath.Join(dir, "backend.py"), []byte(backend), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("enough")
	go func() {
		_, _ = os.ReadFile(started)
		cancel(cause)
	}()
	_, err := Call(ctx, plain{}, Request{
		Hook: BuildWheel, Backend: "backend", BackendPath: []string{"."}, Source: dir, Python: python(t),
	})
	if !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
}
