package hook

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start starts a sequence of two hooks of a backend, from the source tree or, as a module, from PYTHONPATH.
func start(t *testing.T, backend string, fromSource bool) (*Sequence, Request, []*bytes.Buffer) {
	t.Helper()
	return startIn(t, t.TempDir(), backend, fromSource)
}

// startIn is start with a source tree that is there.
func startIn(t *testing.T, dir, backend string, fromSource bool) (*Sequence, Request, []*bytes.Buffer) {
	t.Helper()
	request := Request{
		Backend: "backend", Source: dir, Python: python(t), CallerCode: callerCode(t),
		Env: []string{"PYTHONDONTWRITEBYTECODE=1", "EARLY=1", "BOTH=early"}, MoreEnv: []string{"BOTH=late=r", "LATE="},
	}
	place := dir
	if fromSource {
		request.BackendPath = []string{"."}
	} else {
		place = t.TempDir()
		request.Env = append(request.Env, "PYTHONPATH="+place)
	}
	if err := os.WriteFile(filepath.Join(place, "backend.py"), []byte(backend), 0o644); err != nil {
		t.Fatal(err)
	}
	outputs := []*bytes.Buffer{{}, {}}
	early := request
	early.Source = "/"
	s, err := Start(context.Background(), plain{}, early, outputs[0], outputs[1])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Plan(request); err != nil {
		t.Fatal(err)
	}
	return s, request, outputs
}

// TestSequence proves HOOK-1 for hooks that are started together: each in an interpreter of its own, in order, with its own
// output, whether the backend is imported early or not.
func TestSequence(t *testing.T) {
	const backend = `
import os, sys
calls = []
def get_requires_for_build_wheel(s):
    calls.append(1)
    print("first")
    os.environ["LEFT"] = "over"
    open("made-by-first", "w").close()
    return [str(os.getpid()), str(os.path.exists("made-by-first"))]
def build_wheel(d, s, m):
    os.system("echo second $EARLY $BOTH ${LATE-unset}")
    return " ".join([str(os.getpid()), str(len(calls)), str("LEFT" in os.environ), str(os.path.exists("made-by-first")), str(sorted(os.listdir("/proc/self/fd")))])
`
	for _, fromSource := range []bool{true, false} {
		s, request, outputs := start(t, backend, fromSource)
		request.Hook = GetRequiresWheel
		first, err := s.Call(context.Background(), request)
		if err != nil || first.Kind != OK {
			t.Fatal(first, err)
		}
		request.Hook = BuildWheel
		second, err := s.Call(context.Background(), request)
		if err != nil || second.Kind != OK {
			t.Fatal(second, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		words := strings.SplitN(second.Name, " ", 5)
		if words[0] == first.Requires[0] || !slices.Equal(words[1:4], []string{"0", "False", "True"}) {
			t.Errorf("the second hook saw %q after %q", words, first.Requires)
		}
		// 9 is its response; 3 is free again and the listing itself; the others are the sequence's and the first hook's.
		for _, descriptor := range []string{"4", "5", "6", "7", "8", "10"} {
			if strings.Contains(words[4], "'"+descriptor+"'") {
				t.Errorf("the second hook has descriptor %s of %s", descriptor, words[4])
			}
		}
		if outputs[0].String() != "first\n" || outputs[1].String() != "second 1 late=r\n" {
			t.Errorf("the outputs are %q and %q", outputs[0], outputs[1])
		}
	}
}

// TestImportedOnce proves that a backend is imported once for all hooks, where forks have all that its import left, and once for each where they
// would lack a thread or a child of it; that one in the source tree is imported again after a hook that has changed anything there, and after any where there
// are too many files to look at; and that hooks share nothing that a hook has done (HOOK-1).
func TestImportedOnce(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(Caller, "\nLOOKED_AT = ")
	text, _, _ = strings.Cut(text, "\n")
	lookedAt, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	const edit = "source = open('backend.py').read()\n    times = os.stat('backend.py')\n    open('backend.py', 'w').write(source.replace('READ = 1', 'READ = 2'))\n    "
	for _, c := range []struct {
		name       string
		fromSource bool
		left, done string
		imports    int
		read       string
		more       int // files, beside the backend
	}{
		{"nothing", false, "", "", 1, "1", 0},
		{"thread", false, "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()", "", 3, "1", 0},
		{"child", false, "import subprocess\nchild = subprocess.Popen(['cat'], stdin=subprocess.PIPE)", "", 3, "1", 0},
		{"nothing, of the source", true, "", "", 1, "1", 0},
		{"thread, of the source", true, "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()", "", 3, "1", 0},
		{"file made", true, "", "open('made', 'w').close()", 2, "1", 0},
		{"file made in a directory", true, "", "os.makedirs('a/b/c')\n    open('a/b/c/made', 'w').close()", 2, "1", 0},
		{"fifo made", true, "", "os.mkfifo('fifo')", 2, "1", 0},
		{"mode changed", true, "", "os.chmod('backend.py', 0o755)", 2, "1", 0},
		{"backend changed", true, "", edit, 2, "2", 0},
		{"backend changed, and its times put back", true, "", edit + "os.utime('backend.py', ns=(times.st_atime_ns, times.st_mtime_ns))", 2, "2", 0},
		{"written elsewhere", true, "", "open(os.devnull, 'w').close()", 1, "1", 0},
		{"as many files as are looked at", true, "", "", 1, "1", lookedAt - 1},
		{"one more", true, "", "", 2, "1", lookedAt},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, source := t.TempDir(), t.TempDir()
			count := filepath.Join(dir, "imports")
			for n := range c.more {
				if err := os.WriteFile(filepath.Join(source, strconv.Itoa(n)), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			s, request, _ := startIn(t, source, "import os\nwith open('"+count+"', 'a') as f: f.write('x')\ncalled = False\nREAD = 1\n"+c.left+`
def get_requires_for_build_wheel(s):
    global called
    called = True
    `+c.done+`
    return [str(os.getpid())]
def build_wheel(d, s, m): return "%s %s %d" % (called, READ, os.getpid())
`, c.fromSource)
			request.Hook = GetRequiresWheel
			first, err := s.Call(context.Background(), request)
			if err != nil || first.Kind != OK {
				t.Fatal(first, err)
			}
			request.Hook = BuildWheel
			second, err := s.Call(context.Background(), request)
			if said, own, _ := strings.Cut(second.Name, "False "+c.read+" "); err != nil || said != "" || own == first.Requires[0] {
				t.Errorf("the second hook says %q after %q, %v", second.Name, first.Requires, err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if imports, err := os.ReadFile(count); err != nil || len(imports) != c.imports {
				t.Errorf("imported %d times, want %d: %v", len(imports), c.imports, err)
			}
		})
	}
}

// TestSequenceEnds tells apart how the hooks of a sequence can end, as TestKinds does for one.
func TestSequenceEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, backend string
		first, second Kind
		output        string
	}{
		{"import", "import nothing_there", ImportError, ImportError, "No module named 'nothing_there'"},
		{"exit on import", "raise SystemExit(3)", Exited, Exited, ""},
		{"dies on import", "import os\nos._exit(0)", Died, Died, ""},
		{"dies", "import os, signal\ndef build_wheel(*a): os.kill(os.getpid(), 9)", MissingHook, Died, ""},
		{"kills the parent", "import os, time\ndef build_wheel(*a):\n os.kill(os.getppid(), 9)\n return 'a'", MissingHook, Died, ""},
		{"daemon", "import os\ndef build_wheel(d, s, m):\n if os.fork() == 0:\n  os.execvp('cat', ['cat', 'fifo'])\n return 'a'", MissingHook, OK, ""},
		{"thread", "import threading\ndef build_wheel(d, s, m):\n threading.Thread(target=threading.Event().wait).start()\n return 'a'", MissingHook, OK, ""},
	} {
		for _, fromSource := range []bool{true, false} {
			source := t.TempDir()
			if err := syscall.Mkfifo(filepath.Join(source, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			s, request, outputs := startIn(t, source, c.backend, fromSource)
			request.Hook = GetRequiresWheel
			first, err := s.Call(context.Background(), request)
			if err != nil || first.Kind != c.first {
				t.Errorf("%s: first %v, %v", c.name, first, err)
			}
			request.Hook = BuildWheel
			second, err := s.Call(context.Background(), request)
			if err != nil || second.Kind != c.second {
				t.Errorf("%s: second %v, %v", c.name, second, err)
			}
			if c.name == "daemon" {
				// It is there after the hook, and for as long as the pipe has no writer.
				release(t, filepath.Join(request.Source, "fifo"))
			}
			if err := s.Close(); err != nil || !strings.Contains(outputs[0].String(), c.output) {
				t.Errorf("%s: %v\n%s", c.name, err, outputs[0])
			}
		}
	}
}

// release waits for whoever reads from a pipe, and ends what it reads.
func release(t *testing.T, fifo string) {
	t.Helper()
	file, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestSequenceStops proves that a sequence ends with the context of a call, and by Close before all was called.
func TestSequenceStops(t *testing.T) {
	const backend = "import os, signal\ndef build_wheel(*a):\n open('started', 'w').close()\n signal.pause()"
	s, request, _ := start(t, backend, true)
	if err := syscall.Mkfifo(filepath.Join(request.Source, "started"), 0o600); err != nil {
		t.Fatal(err)
	}
	request.Hook = GetRequiresWheel
	if _, err := s.Call(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		_, _ = os.ReadFile(filepath.Join(request.Source, "started"))
		cancel(cause)
	}()
	request.Hook = BuildWheel
	if _, err := s.Call(ctx, request); !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	s, _, _ = start(t, "", false)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	unplanned, err := Start(context.Background(), plain{}, request, nil)
	if err == nil {
		err = unplanned.Close()
	}
	if err != nil {
		t.Error(err)
	}
	request.Python = filepath.Join(t.TempDir(), "nothing")
	broken, err := Start(context.Background(), plain{}, request, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Hour)
	defer stop()
	if _, err := broken.Call(ctx, request); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := broken.Close(); err != nil {
		t.Error(err)
	}
}
