package extension_test

import (
	"archive/zip"
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

const watchedProject = `load("@rules_pyproject//rules:watch.bzl", "pyproject_watch")
load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")
pyproject_wheel(name = "wheel", srcs = glob(["backend/**", "src/**", "pyproject.toml"]), build_environment = "@environments//a")
pyproject_watch(name = "watch", wheel = ":wheel")
`

// TestWatch edits a project while `bazel run` of its pyproject_watch goes on: each edit is a new wheel, a build that fails is not the end,
// and an interrupt is.
func TestWatch(t *testing.T) {
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":  moduleFile(repository(t), hubTags),
		"b/BUILD.bazel": "",
	})
	project := filepath.Join(w.dir, "workspace/a")
	if err := os.CopyFS(project, os.DirFS(filepath.Join(repository(t), "examples/cache_directory"))); err != nil {
		t.Fatal(err)
	}
	w.write("a/BUILD.bazel", watchedProject)
	w.write("a/lock.txt", "")
	pyproject, err := os.ReadFile(filepath.Join(project, "pyproject.toml"))
	if err != nil {
		t.Fatal(err)
	}

	cmd := exec.Command(filepath.Join(repository(t), "tools", "bazel"), "run", "--curses=no", "--noshow_progress", "//a:watch")
	cmd.Dir, cmd.Stderr = filepath.Join(w.dir, "workspace"), os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	stuck := time.AfterFunc(10*time.Minute, func() { cmd.Process.Kill() })
	defer stuck.Stop()
	lines := bufio.NewScanner(stdout)
	next := func(pattern string) string {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("the watch ended: %v", lines.Err())
		}
		found := regexp.MustCompile(pattern).FindStringSubmatch(lines.Text())
		if found == nil {
			t.Fatalf("the watch says %q, and %s is expected", lines.Text(), pattern)
		}
		return found[1]
	}
	const made = `^//a:wheel: \S+\.whl in \S+s: (/.*\.whl)$`

	next(made)
	w.write("a/src/capitals/tables/africa.csv", "country,capital\nKenya,Nairobi\n")
	if text := member(t, next(made), "capitals/africa.py"); text != "# Made of africa.csv.\nTABLE = {'Kenya': 'Nairobi'}\n" {
		t.Errorf("the wheel has %q", text)
	}
	w.contains(string(w.read("bazel-bin/a/wheel.log")), []string{somethingIs, "made ['africa.csv'] and reused ['asia.csv', 'europe.csv']"})
	w.write("a/pyproject.toml", "not TOML\n")
	next(`^//a:wheel: (failed) in \S+s; waiting for a change$`)
	w.write("a/pyproject.toml", string(pyproject))
	next(made)

	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if lines.Scan() {
		t.Errorf("after the interrupt the watch says %q", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the interrupted watch ended with %v", err)
	}
}

// member reads a file of a wheel.
func member(t *testing.T, wheel, name string) string {
	t.Helper()
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	file, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
