package session

import (
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
