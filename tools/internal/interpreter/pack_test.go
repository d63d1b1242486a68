package interpreter

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/archive"
)

// inBuild makes the files of an in-build interpreter of the one on PATH: just enough of its library to start. Like the
// inputs of an action they are links, or copies with modes that say nothing.
func inBuild(t *testing.T, copied bool) (prefix string, files []string) {
	t.Helper()
	facts := python(t)
	prefix = t.TempDir()
	lib := filepath.Join(prefix, facts.PlatLib, facts.LibName())
	place := func(target, source string) {
		must(t, os.MkdirAll(filepath.Dir(target), 0o755))
		if files = append(files, target); !copied {
			must(t, os.Symlink(source, target))
			return
		}
		content, err := os.ReadFile(source)
		must(t, err)
		must(t, os.WriteFile(target, content, 0o777))
	}
	for _, name := range []string{"python", "python3", facts.LibName()} {
		place(filepath.Join(prefix, "bin", name), facts.Executable)
	}
	shared, _ := filepath.Glob(filepath.Join(filepath.Dir(facts.Stdlib), "libpython3*.so*"))
	for _, name := range shared {
		place(filepath.Join(prefix, facts.PlatLib, filepath.Base(name)), name)
	}
	for _, name := range startup(t, facts) {
		rel, err := filepath.Rel(facts.Stdlib, name)
		must(t, err)
		place(filepath.Join(lib, rel), name)
	}
	for _, name := range []string{"sitecustomize.py", "site-packages/pip/__init__.py", "test/test_os.py", "__pycache__/os.x.pyc", "config/libpython.a"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(lib, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(lib, name), []byte("raise SystemExit"), 0o644))
		files = append(files, filepath.Join(lib, name))
	}
	return prefix, files
}

// startup lists the files of the library that the probe and the compiler load, and a few extension modules, by which
// Python finds its library.
func startup(t *testing.T, facts Facts) []string {
	t.Helper()
	output, err := exec.Command(facts.Executable, "-I", "-S", "-B", "-c", probeScript+`
import collections.abc, importlib.util, json, marshal, types
for module in list(sys.modules.values()):
    print(getattr(module, "__file__", None) or "")
`).Output()
	must(t, err)
	files, err := filepath.Glob(filepath.Join(facts.Stdlib, "lib-dynload", "_*.so"))
	must(t, err)
	for _, name := range strings.Split(string(output), "\n") {
		if strings.HasPrefix(name, facts.Stdlib+"/") && !slices.Contains(files, name) {
			files = append(files, name)
		}
	}
	return files
}

// TestPack: an in-build interpreter starts from its archive, from its own library and byte code (BE-4), and its bytes
// depend on its contents alone (BYTES-1).
func TestPack(t *testing.T) {
	var archives [2]string
	for i := range archives {
		prefix, files := inBuild(t, i == 1)
		if i == 1 {
			slices.Reverse(files)
		}
		archives[i] = filepath.Join(t.TempDir(), "python.tar")
		must(t, Pack(context.Background(), PackOptions{Prefix: prefix, Files: files, Output: archives[i]}))
	}
	first, err := os.ReadFile(archives[0])
	must(t, err)
	second, err := os.ReadFile(archives[1])
	must(t, err)
	if !bytes.Equal(first, second) {
		t.Error("links and copies give different archives")
	}
	dir := t.TempDir()
	must(t, archive.Unpack(context.Background(), archives[0], dir, archive.Options{}))
	must(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		for _, name := range []string{"sitecustomize", "site-packages", "test_os", "libpython.a", "os.x.pyc"} {
			if strings.Contains(entry.Name(), name) {
				t.Errorf("%s was packed", path)
			}
		}
		return err
	}))
	facts, err := Probe(context.Background(), filepath.Join(dir, "bin/python3"))
	must(t, err)
	if real, _ := filepath.EvalSymlinks(dir); facts.BasePrefix != real {
		t.Errorf("its prefix is %s, not %s", facts.BasePrefix, real)
	}
	output, err := exec.Command(filepath.Join(dir, "bin/python3"), "-I", "-S", "-v", "-c", "import json").CombinedOutput()
	must(t, err)
	if !strings.Contains(string(output), "json/__pycache__/__init__."+facts.CacheTag+".pyc matches") {
		t.Errorf("json was not loaded from byte code:\n%s", output)
	}
}

// TestPackDirectory: a directory of files, as a rule may declare it, is the same as its files.
func TestPackDirectory(t *testing.T) {
	prefix, files := inBuild(t, true)
	var archives [2][]byte
	for i, given := range [][]string{files, {prefix}} {
		output := filepath.Join(t.TempDir(), "python.tar")
		must(t, Pack(context.Background(), PackOptions{Prefix: prefix, Files: given, Executable: "bin/python", Output: output}))
		var err error
		archives[i], err = os.ReadFile(output)
		must(t, err)
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("the archives differ")
	}
}

func TestPackErrors(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o644))
	for want, opts := range map[string]PackOptions{
		"is not below its prefix": {Prefix: filepath.Join(dir, "inner"), Files: []string{filepath.Join(dir, "x")}},
		"there is no bin/python3": {Prefix: dir, Files: []string{filepath.Join(dir, "x")}},
		"no such file":            {Prefix: dir, Files: []string{filepath.Join(dir, "y")}},
	} {
		opts.Output = filepath.Join(t.TempDir(), "python.tar")
		if err := Pack(context.Background(), opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestCompile: byte code is unchecked, names the place inside, and files that do not compile do no harm.
func TestCompile(t *testing.T) {
	facts := python(t)
	stage := t.TempDir()
	must(t, os.Mkdir(filepath.Join(stage, "pkg"), 0o755))
	sources := map[string]string{"pkg/good.py": "def f(): return {'a', 'b', 'c', 'd'} == 1 or 'x' in {'a', 'b', 'c'}\n",
		"pkg/python2.py": "print 'hello'\n", "pkg/binary.py": "\x00\xff", "pkg/template.py": "{{ name }} = (\n", "pkg/uñi.py": "x = 1\n"}
	var files []string
	for name, text := range sources {
		must(t, os.WriteFile(filepath.Join(stage, name), []byte(text), 0o644))
		files = append(files, name)
	}
	for i := range 3 * compileChunk { // more than one process
		name := fmt.Sprintf("pkg/m%03d.py", i)
		must(t, os.WriteFile(filepath.Join(stage, name), []byte("x = 1"), 0o644))
		files = append(files, name)
	}
	slices.Sort(files)
	must(t, Compile(context.Background(), facts.Executable, stage, "/inside", files))
	compiled, err := filepath.Glob(filepath.Join(stage, "pkg/__pycache__/*"))
	must(t, err)
	if len(compiled) != 2+3*compileChunk {
		t.Errorf("%d files compiled", len(compiled))
	}
	content, err := os.ReadFile(filepath.Join(stage, "pkg/__pycache__/good."+facts.CacheTag+".pyc"))
	must(t, err)
	if content[4] != 1 || !bytes.Contains(content, []byte("/inside/pkg/good.py")) || bytes.Contains(content, []byte(stage)) {
		t.Errorf("wrong byte code: flags %d", content[4])
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
