package extension_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestTwoOutputBases has two workspaces with the same projects: two machines, or two checkouts on one.
func TestTwoOutputBases(t *testing.T) {
	job, next := pairOfBases(t)
	t.Run("declared", func(t *testing.T) { testDeclared(t, job.in(t), next.in(t)) })
	t.Run("native", func(t *testing.T) { testDeclaredNative(t, job.in(t), next.in(t)) })
	t.Run("root", func(t *testing.T) { testSharedRoot(t, job.in(t), next.in(t)) })
}

// in is the same workspace for a subtest.
func (w *workspace) in(t *testing.T) *workspace {
	own := *w
	own.t = t
	return &own
}

// native are projects of backends that keep a build directory, and that keep nothing but what ccache does.
var native = []string{"setuptools", "meson_python"}

// pairOfBases makes the two, with ccache as a program that the build holds.
func pairOfBases(t *testing.T) (job, next *workspace) {
	t.Helper()
	files := soaked(t)
	files["MODULE.bazel"] = strings.Replace(files["MODULE.bazel"], "locks = [", `locks = ["//demo:lock.txt", `, 1)
	files["BUILD.bazel"] = strings.Replace(files["BUILD.bazel"], `ccache_path = "/usr/bin/ccache"`, `ccache = ":copied_ccache"`, 1) +
		"genrule(name = \"copied_ccache\", outs = [\"bin/ccache\"], cmd = \"cp /usr/bin/ccache $@\", executable = True)\n"
	for _, w := range []**workspace{&job, &next} {
		*w = newWorkspace(t, files)
		(*w).sharesDownloads = true
		(*w).addHelper()
		(*w).addCapitals("demo")
		(*w).write("demo/lock.txt", "")
		(*w).declareCapitals("demo", "")
	}
	return job, next
}

// testDeclared proves CACHE-3 and CACHE-9: a job publishes the cache directory, another machine (another output base) starts with it, and
// makes the bytes of a cold build (CACHE-6) by doing only what is new. What can't be used is not: an empty file, which docs/incremental.md has for a first job,
// a damaged one, and one that was made at other paths.
func testDeclared(t *testing.T, job, next *workspace) {
	job.declareCapitals("demo", "cache_output = True")
	job.succeeds(nil, "build", "--output_groups=+cache", "//demo:wheel")
	published := string(job.read("bazel-bin/demo/wheel.cache.tar"))

	next.declareCapitals("demo", `cache_input = "published.tar"`)
	next.write("demo/published.tar", published)
	next.nameCapital("Lima")
	_, warm := next.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"})
	for text, why := range map[string]string{"": "it is not an archive of a cache directory\n", published[:len(published)/2]: "it is damaged"} {
		next.write("demo/published.tar", text)
		_, cold := next.makes([]string{nothingKept + "of published.tar, " + why, "made ['asia.csv', 'europe.csv'] and reused []"})
		if !bytes.Equal(warm, cold) {
			t.Errorf("%s: the wheels differ", why)
		}
	}

	const paths = "--@rules_pyproject//rules/settings:walls=paths"
	job.succeeds(nil, "build", "--output_groups=+cache", paths, "//demo:wheel")
	next.write("demo/published.tar", string(job.read("bazel-bin/demo/wheel.cache.tar")))
	temp := filepath.Join(next.dir, "temp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	next.env = []string{"TMPDIR=" + temp}
	_, cold := next.makes([]string{nothingKept + "it was made at other paths\n", "made ['asia.csv', 'europe.csv'] and reused []"}, paths)
	if !bytes.Equal(warm, cold) {
		t.Error("with walls of paths the wheels differ")
	}
}

// testDeclaredNative proves the same for backends of today: after an edit the other machine compiles what was edited.
func testDeclaredNative(t *testing.T, job, next *workspace) {
	for _, backend := range native {
		build, target, log := backend+"/BUILD.bazel", "//"+backend+":wheel", "bazel-bin/"+backend+"/wheel.log"
		wheel, archive := "bazel-bin/"+backend+"/wheel.dist/*.whl", "bazel-bin/"+backend+"/wheel.cache.tar"
		required := `native_extensions = "required"`
		job.edit(build, required, required+", cache_output = True")
		job.succeeds(nil, "build", target, "--output_groups=+cache,+log")
		published := job.read(archive)

		next.edit(backend+"/src/module.c", `"EDITED", 0`, `"EDITED", 1`)
		next.succeeds(nil, "build", target)
		cold := next.read(wheel)
		next.write(backend+"/published.tar", string(published))
		next.edit(build, required, required+`, cache_input = "published.tar", cache_output = True`)
		next.edit(build, `exclude = [`, `exclude = ["published.tar", `)
		next.succeeds(nil, "build", target, "--output_groups=+cache,+log")
		next.contains(string(next.read(log)), []string{somethingIs})
		if !bytes.Equal(next.read(wheel), cold) {
			t.Errorf("%s: the wheel is not that of a cold build; its log:\n%s", backend, next.read(log))
		}
		// ccache has an object for each source that was ever compiled, and Ninja, above it, asks for one only.
		if all, more := objects(t, published), objects(t, next.read(archive)); all < 4 || more != all+1 {
			t.Errorf("%s: the job has compiled %d sources, and after the edit of one there are %d; its log:\n%s", backend, all, more, next.read(log))
		}
		if backend == "meson_python" {
			const compiling = "Compiling C object"
			if all, few := strings.Count(string(job.read(log)), compiling), strings.Count(string(next.read(log)), compiling); all < 4 || few != 1 {
				t.Errorf("%s: the job compiles %d sources, and after the edit of one %d are compiled", backend, all, few)
			}
		}
	}
}

// object is a file of ccache with a result: it is named by a hash, and by newer ones ends with R.
var object = regexp.MustCompile(`/ccache/(?:./)+[0-9a-v]{20,}R?$`)

// objects counts the results of ccache in the archive of a cache directory.
func objects(t *testing.T, archive []byte) (found int) {
	t.Helper()
	for reader := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg && object.MatchString(header.Name) {
			found++
		}
	}
}

// testSharedRoot proves CACHE-3 to CACHE-6 and CACHE-9 for a root of the user's, which sandboxed workers and two output bases share.
func testSharedRoot(t *testing.T, w, other *workspace) {
	var cold = map[string][]byte{}
	for _, of := range []*workspace{w, other} {
		of.declareCapitals("demo", "")
	}
	for _, capital := range []string{"Lima", "Quito"} {
		w.nameCapital(capital)
		_, cold[capital] = w.makes(nil)
	}
	root := filepath.Join(t.TempDir(), "root")
	const flag = "--worker_extra_flag=PyprojectWheel="
	flags := []string{incremental, "--worker_sandboxing", oneWorker, flag + "--cache-root=" + root}
	same := func(of *workspace, capital string) {
		t.Helper()
		if !bytes.Equal(of.read("bazel-bin/demo/wheel.dist/*.whl"), cold[capital]) {
			t.Errorf("with %s another wheel was made than without a cache directory; the log:\n%s", capital, of.read("bazel-bin/demo/wheel.log"))
		}
	}
	w.makes([]string{nothingKept}, flags...)
	same(w, "Quito")
	other.nameCapital("Lima")
	other.makes([]string{somethingIs, "made ['asia.csv'] and reused ['europe.csv']"}, flags...)
	same(other, "Lima")

	// One has it, and is held in its hook: the other is cold. The source is no part of what a directory belongs to.
	w.edit("demo/backend/tables.py", "    cache = Cache(cache_directory)\n", `    pipe = pathlib.Path(cache_directory, "held")
    os.mkfifo(pipe)
    open(pipe).close()
    pipe.unlink()
    cache = Cache(cache_directory)
`)
	build := w.command("build", append(flags, "//demo:wheel")...)
	var output bytes.Buffer
	build.Stdout, build.Stderr = &output, &output
	ended := start(t, build)
	var pipes []string
	for len(pipes) == 0 {
		if over(ended, time.Millisecond) {
			t.Fatalf("no hook was held:\n%s", output.String())
		}
		pipes, _ = filepath.Glob(filepath.Join(root, "*/*/held"))
	}
	other.nameCapital("Quito")
	other.makes([]string{nothingKept + "another build has the cache directory; this one is cold\n", "made ['asia.csv', 'europe.csv']"}, flags...)
	same(other, "Quito")
	pipe, err := os.OpenFile(pipes[0], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	<-ended
	if code := build.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("the build that was held ended with %d:\n%s", code, output.String())
	}
	w.contains(string(w.read("bazel-bin/demo/wheel.log")), []string{somethingIs, "made [] and reused ['asia.csv', 'europe.csv']"})
	same(w, "Quito")
	w.addCapitals("demo")

	// Both at once, again and again: one has the directory, and the other is cold, or has it then.
	for _, capital := range []string{"Lima", "Quito", "Lima"} {
		var ended []chan struct{}
		var builds []*exec.Cmd
		for _, of := range []*workspace{w, other} {
			of.nameCapital(capital)
			build := of.command("build", append(flags, "//demo:wheel")...)
			builds, ended = append(builds, build), append(ended, start(t, build))
		}
		for i, of := range []*workspace{w, other} {
			<-ended[i]
			if code := builds[i].ProcessState.ExitCode(); code != 0 {
				t.Errorf("of two builds at once one ended with %d", code)
			}
			same(of, capital)
		}
	}
	w.testLimits(root, flag, flags)

	// A root that is relative: a mistake, which says so.
	w.nameCapital("Cusco")
	w.fails([]string{"is not an absolute path"}, "build", incremental, flag+"--cache-root=relative", "//demo:wheel")
}

// testLimits proves CACHE-9 for the worker's flags: a size that the directory is above, and an age that nothing is below.
func (w *workspace) testLimits(root, flag string, flags []string) {
	w.nameCapital("Quito")
	w.makes([]string{somethingIs}, flags...)
	w.nameCapital("Lima")
	w.makes([]string{nothingKept + "larger than its limit of 1 B\n", "cache: nothing is kept: "}, append(flags, flag+"--cache-max-size=1")...)
	w.nameCapital("Quito")
	w.makes([]string{nothingKept}, flags...)
	w.nameCapital("Lima")
	w.makes([]string{somethingIs}, flags...)
	// Pruned is every ten minutes, and at once where it never was.
	if err := os.Remove(filepath.Join(root, "pruned")); err != nil {
		w.t.Fatal(err)
	}
	w.nameCapital("Quito")
	w.makes([]string{somethingIs, "cache: pruned ", "(//demo): older than 1ns"}, append(flags, flag+"--cache-max-age=1ns")...)
	w.nameCapital("Lima")
	w.makes([]string{nothingKept}, flags...)
}
