package session

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// fakeCompiler prints its arguments, one a line.
const fakeCompiler = "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\n"

// launch writes launchers for a fake toolchain below root/external/tool chain and runs one of them.
func launch(t *testing.T, compilers Compilers, name string, args ...string) []string {
	t.Helper()
	root := t.TempDir()
	bin := filepath.Join(root, "external", "tool chain")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"gcc", "g++", "ar"} {
		if err := os.WriteFile(filepath.Join(bin, program), []byte(fakeCompiler), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := (launchers{compilers: compilers, execroot: root, prefixMap: []string{"-ffile-prefix-map=a b=c"}}).write(dir); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(filepath.Join(dir, name), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(output), root, "ROOT"), "\n"), "\n")
}

// TestLaunchers proves that compilers are Bazel's, with its flags: those for linking only where something is linked, and every path
// below the execution root.
func TestLaunchers(t *testing.T) {
	toolchain := Compilers{
		CC: "external/tool chain/gcc", CXX: "external/tool chain/g++", AR: "external/tool chain/ar",
		CCFlags:   []string{`-D__DATE__="it's"`, "-Iexternal/x", "-isystem", "external/y", "--sysroot=external/z", "-I/usr/external/w", "-Wl,-rpath,bazel-out/q"},
		CXXFlags:  []string{"-std=c++17"},
		LinkFlags: []string{"-Wl,-z,now", "-lstdc++", "-lm", "-lfoo", "-Lexternal/lib"},
	}
	compile := []string{"ROOT/external/tool chain/gcc", `-D__DATE__="it's"`, "-IROOT/external/x", "-isystem", "ROOT/external/y", "--sysroot=ROOT/external/z",
		"-I/usr/external/w", "-Wl,-rpath,ROOT/bazel-out/q", "-ffile-prefix-map=a b=c"}
	with := func(first []string, more ...string) string {
		return strings.Join(append(append([]string(nil), first...), more...), "\n")
	}
	cxx := []string{"ROOT/external/tool chain/g++", "-std=c++17", "-ffile-prefix-map=a b=c"}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"cc", []string{"-c", "a b.c", "-o", "a.o"}, with(compile, "-c", "a b.c", "-o", "a.o")},
		{"cc", []string{"-E", "x"}, with(compile, "-E", "x")},
		{"cc", []string{"--version"}, with(compile, "--version")},
		{"cc", []string{"-v"}, with(compile, "-v")},
		{"cc", []string{"-shared", "a.o", "-o", "a.so"}, with(compile, "-Wl,-z,now", "-LROOT/external/lib", "-shared", "a.o", "-o", "a.so", "-lfoo")},
		{"c++", []string{"-c", "a.cc"}, with(cxx, "-c", "a.cc")},
		{"c++", []string{"-shared", "a.o"}, with(cxx, "-Wl,-z,now", "-LROOT/external/lib", "-shared", "a.o", "-lfoo")},
		{"ar", []string{"rcs", "x.a"}, with([]string{"ROOT/external/tool chain/ar"}, "rcs", "x.a")},
		{"ranlib", []string{"-D", "x.a"}, with([]string{"ROOT/external/tool chain/ar"}, "s", "x.a")},
	} {
		if got := strings.Join(launch(t, toolchain, c.name, c.args...), "\n"); got != c.want {
			t.Errorf("%s %q ran\n%s\nwant\n%s", c.name, c.args, got, c.want)
		}
	}
	// Where C++ is linked by a driver for C, which Bazel's own toolchain does, the C++ library has to be named.
	toolchain.CXX = toolchain.CC
	if got := launch(t, toolchain, "c++", "-shared", "a.o"); !strings.HasSuffix(strings.Join(got, " "), "a.o -lstdc++ -lm -lfoo") {
		t.Errorf("c++ through gcc ran %q", got)
	}
}

// TestCompilerCache proves CACHE-8 for all backends: what compiles goes through ccache, configured by nothing but the launcher; what links or
// asks does not.
func TestCompilerCache(t *testing.T) {
	dir, bin := t.TempDir(), t.TempDir()
	ccache := filepath.Join(bin, "ccache")
	if err := os.WriteFile(ccache, []byte("#!/bin/sh\nenv | grep ^CCACHE_ | sort\nexec \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	gcc := filepath.Join(bin, "gcc")
	if err := os.WriteFile(gcc, []byte(fakeCompiler), 0o755); err != nil {
		t.Fatal(err)
	}
	l := launchers{
		compilers: Compilers{CC: gcc, CXX: gcc, CCFlags: []string{"-O2"}, LinkFlags: []string{"-lfoo"}},
		cache:     compilerCache{program: ccache, directory: "/a cache/ccache", key: "0123"},
	}
	if err := l.write(dir); err != nil {
		t.Fatal(err)
	}
	const variables = `CCACHE_COMPILERCHECK=string:0123
CCACHE_CONFIGPATH=/dev/null
CCACHE_DIR=/a cache/ccache
CCACHE_MAXSIZE=1G
CCACHE_NODIRECT=1
CCACHE_NOINODECACHE=1
CCACHE_TEMPDIR=/a cache/ccache/tmp
`
	for _, c := range []struct{ name, args, want string }{
		{"cc", "-c a.c -o a.o", variables + gcc + "\n-O2\n-c\na.c\n-o\na.o\n"},
		{"c++", "-o a.o a.cc -c", variables + gcc + "\n-o\na.o\na.cc\n-c\n"},
		{"cc", "-shared a.o", gcc + "\n-O2\n-shared\na.o\n-lfoo\n"},
		{"cc", "-E a.c", gcc + "\n-O2\n-E\na.c\n"},
		{"cc", "--version", gcc + "\n-O2\n--version\n"},
	} {
		cmd := exec.Command(filepath.Join(dir, c.name), strings.Fields(c.args)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CCACHE_DIR=/elsewhere"}
		output, err := cmd.CombinedOutput()
		if err != nil || string(output) != c.want {
			t.Errorf("%s %s ran\n%s, %v; want\n%s", c.name, c.args, output, err, c.want)
		}
	}
}

// TestNativeBuild proves that a real compiler works behind both walls, through the launchers alone, and that the bytes don't
// tell where the room was (BYTES-1).
func TestNativeBuild(t *testing.T) {
	t.Parallel()
	const backend = `
import os, subprocess, sysconfig
def build_wheel(d, *a):
    cc = os.environ["CC"]
    subprocess.run([cc, "-g", "-fPIC", "-I" + sysconfig.get_path("include"), "-c", os.path.abspath("demo.c"), "-o", "demo.o"], check=True)
    subprocess.run([cc, "-shared", "demo.o", "-o", "demo.so"], check=True)
    subprocess.run(["strip", "--remove-section=.note.gnu.build-id", "demo.so"], check=True)
    platform = sysconfig.get_platform().replace("-", "_")
    return maker.wheel(d, name="demo-1.0-py3-none-%s.whl" % platform, files={"demo.so": open("demo.so", "rb").read().decode("latin-1")})
`
	var wheels []map[string]string
	for _, kind := range kinds {
		s := newSession(t, kind, backend, map[string]string{"demo.c": "#include <stdio.h>\nconst char *where(void) { return __FILE__; }\n"})
		s.Config.Compilers = systemCompilers(t)
		wheels = append(wheels, s.succeed(t))
	}
	if wheels[0]["demo.so"] == "" || wheels[0]["demo.so"] != wheels[1]["demo.so"] {
		t.Error("the two kinds of walls made different bytes")
	}
	if !strings.Contains(wheels[0]["demo.so"], walls.Source+"/demo/demo.c") {
		t.Error("the source's path is not the one of required walls")
	}
}

// TestExecroot proves that compilers and tools which Bazel names relative to its execution root work behind both walls, where the
// files are links out of a sandbox.
func TestExecroot(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, `
import os, subprocess
def run(*words): return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
def build_wheel(d, *a): return maker.wheel(d, files={"tool": run("mytool", "x y"), "cc": run(os.environ["CC"], "-c", "a.c")})
`, nil)
		execroot, real := filepath.Join(s.dir, "execroot"), filepath.Join(s.dir, "real")
		for name, text := range map[string]string{
			"external/tc/bin/gcc": "#!/bin/sh\ncat \"${0%/bin/gcc}/include/header.h\"\nprintf '%s ' \"${0##*/execroot/}\" \"$@\"\n", "external/tc/include/header.h": "header\n",
			"bazel-out/k8/bin/tool.sh": "#!/bin/sh\necho tool \"$1\"\n",
		} {
			for dir, write := range map[string]func(string) error{
				real:     func(path string) error { return os.WriteFile(path, []byte(text), 0o755) },
				execroot: func(path string) error { return os.Symlink(filepath.Join(real, name), path) },
			} {
				path := filepath.Join(dir, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), write(path)); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.cwd = execroot
		s.Config.Compilers = Compilers{CC: "external/tc/bin/gcc", CCFlags: []string{"-Iexternal/tc/include"}}
		s.Config.Tools = map[string]string{"mytool": "bazel-out/k8/bin/tool.sh"}
		s.Config.ExecrootFiles = []string{"external/tc/bin/gcc", "external/tc/include/header.h"}
		files := s.succeed(t)
		if files["tool"] != "tool x y\n" {
			t.Errorf("the tool printed %q", files["tool"])
		}
		printed := files["cc"]
		if kind == walls.Paths { // the prefix map names the room, and the include directory the execution root
			printed = strings.ReplaceAll(strings.ReplaceAll(printed, execroot, walls.Execroot), s.dir, "DIR")
		}
		// With tools alone the execution root itself stays out of the room.
		s.Config.Compilers, s.Config.ExecrootFiles = Compilers{}, nil
		s.write(t, "backend.py", "import maker, os, subprocess\ndef build_wheel(d, *a): return maker.wheel(d, files={'tool': "+
			"subprocess.check_output(['mytool', str(os.path.exists('/pyproject/execroot/bazel-out'))], text=True)})", 0o644)
		if files := s.succeed(t); files["tool"] != "tool False\n" {
			t.Errorf("the tool printed %q", files["tool"])
		}
		if !strings.HasPrefix(printed, "header\nexternal/tc/bin/gcc -I"+walls.Execroot+"/external/tc/include ") || !strings.HasSuffix(printed, " -c a.c ") {
			t.Errorf("the compiler printed %q", printed)
		}
	})
}

// systemCompilers is the machine's gcc as a toolchain.
func systemCompilers(t *testing.T) Compilers {
	t.Helper()
	var c Compilers
	for program, to := range map[string]*string{"gcc": &c.CC, "g++": &c.CXX, "ar": &c.AR, "ld": &c.LD, "strip": &c.Strip} {
		path, err := exec.LookPath(program)
		if err != nil {
			t.Fatalf("this test needs a C++ toolchain: %v", err)
		}
		*to = path
	}
	return c
}
