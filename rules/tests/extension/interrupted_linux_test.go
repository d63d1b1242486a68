package extension_test

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupted proves CACHE-5 and BYTES-3 for every way to run a worker: a build that the user interrupts while a hook is at work ends at once, leaves nothing
// running but Bazel and its worker, and the next makes the bytes of a cold one; the one after that does only what is new.
func TestInterrupted(t *testing.T) {
	w := capitals(t, "")
	right := string(w.read("demo/backend/tables.py"))
	waiting := strings.Replace(right, "    cache = Cache(cache_directory)\n",
		"    import pathlib, signal\n    pathlib.Path(cache_directory, 'waiting').touch()\n    signal.pause()\n", 1)
	if right == waiting {
		t.Fatal("the example has changed")
	}
	asia := []string{"country,capital\nPeru,Lima\n", "country,capital\nPeru,Quito\n"}
	var cold [2][]byte
	for i, text := range asia {
		w.write("demo/src/capitals/tables/asia.csv", text)
		_, cold[i] = w.makes(nil)
	}
	census := newCensus(w)
	root := "--worker_extra_flag=PyprojectWheel=--cache-root=" + filepath.Join(w.dir, "root")
	for _, variant := range []struct {
		name  string
		flags []string
	}{
		{"worker", nil},
		{"walls of paths", []string{"--@rules_pyproject//rules/settings:walls=paths"}},
		// Without the flag Bazel lets the request of a sandboxed worker run to its end.
		{"sandboxed", []string{"--worker_sandboxing", "--experimental_worker_cancellation"}},
	} {
		name := variant.name
		flags := append([]string{incremental, root}, variant.flags...)
		w.write("demo/backend/tables.py", waiting)
		build := w.command("build", append(flags, "//demo:wheel")...)
		var output bytes.Buffer
		build.Stdout, build.Stderr = &output, &output
		ended := start(t, build)
		for !holds(filepath.Join(w.dir, "root"), "waiting") {
			if over(ended, time.Millisecond) {
				t.Fatalf("%s: no hook was called:\n%s", name, output.String())
			}
		}
		if err := build.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		<-ended
		if code := build.ProcessState.ExitCode(); code != 8 {
			t.Errorf("%s: interrupted, it ended with %d:\n%s", name, code, output.String())
		}
		census.waitFor(t, name, func(left []process) bool {
			for _, p := range left {
				if p.role == hook || p.role == helper {
					return true
				}
			}
			return false
		})
		w.write("demo/backend/tables.py", right)
		for i, text := range asia {
			w.write("demo/src/capitals/tables/asia.csv", text)
			wanted := []string{nothingKept}
			if i > 0 {
				wanted = []string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}
			}
			if _, warm := w.makes(wanted, flags...); !bytes.Equal(warm, cold[i]) {
				t.Errorf("%s: after the interrupt the wheel is not that of a cold build", name)
			}
		}
	}
	w.succeeds(nil, "shutdown")
	census.waitFor(t, "after the shutdown", func([]process) bool { return true })
}

// holds says whether there is a file of that name somewhere below a directory, which may come and go meanwhile.
func holds(dir, name string) bool {
	found := false
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		found = found || err == nil && entry.Name() == name
		return nil
	})
	return found
}
