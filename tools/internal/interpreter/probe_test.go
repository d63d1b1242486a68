package interpreter

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// python is the interpreter that the tests run with.
func python(t *testing.T) Facts {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("the tests need a python3 on PATH: %v", err)
	}
	facts, err := Probe(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// fake writes an executable shell script.
func fake(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProbe(t *testing.T) {
	facts := python(t)
	output, err := exec.Command(facts.Executable, "-I", "-S", "-c",
		"import sys; print('%d.%d' % sys.version_info[:2], sys.base_prefix, sys.platform)").Output()
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(output))
	if facts.MinorVersion() != fields[0] || facts.BasePrefix != fields[1] || facts.Markers["sys_platform"] != fields[2] {
		t.Errorf("facts %+v, but the interpreter says %s", facts, output)
	}
	for _, name := range []string{"implementation_name", "implementation_version", "os_name", "platform_machine",
		"platform_python_implementation", "platform_release", "platform_system", "platform_version", "python_full_version",
		"python_version", "sys_platform"} {
		if _, known := facts.Markers[name]; !known {
			t.Errorf("no value for the marker variable %s", name)
		}
	}
	if facts.Markers["sys_platform"] == "linux" && facts.Markers["platform_release"]+facts.Markers["platform_version"] != "" {
		t.Errorf("the kernel shows: %v", facts.Markers)
	}
	if facts.CacheTag == "" || facts.ExtSuffix == "" || facts.Stdlib == "" || facts.Libc.Name == "" && facts.MacOS == "" {
		t.Errorf("incomplete: %+v", facts)
	}
	if tags := facts.Tags(); !slices.Contains(tags, "py3-none-any") {
		t.Errorf("tags %v", tags)
	}
}

// TestProbeHostileHost: nothing of the environment and of the working directory has a say (BE-4, BYTES-2).
func TestProbeHostileHost(t *testing.T) {
	want := python(t)
	dir := t.TempDir()
	for _, name := range []string{"json.py", "os.py", "platform.py", "sitecustomize.py", "usercustomize.py"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("raise SystemExit('the host was here')"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, name := range []string{"PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONSTARTUP", "PYTHONPLATLIBDIR"} {
		t.Setenv(name, dir)
	}
	got, err := Probe(context.Background(), want.Executable)
	if err != nil {
		t.Fatal(err)
	}
	if got.BasePrefix != want.BasePrefix || got.PlatLib != want.PlatLib {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestProbeErrors(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		want   []string
	}{
		"fails":   {"echo no such library >&2; exit 127", []string{"exit status 127", "no such library"}},
		"silent":  {"exit 3", []string{"exit status 3", "it printed nothing"}},
		"garbage": {"echo hello", []string{"its answer is not", "hello"}},
		"pypy":    {`echo '{"implementation": "pypy", "version_info": [3, 10], "version": "3.10.1"}'`, []string{"is pypy", "only CPython"}},
		"old":     {`echo '{"implementation": "cpython", "version_info": [3, 7], "version": "3.7.1"}'`, []string{"Python 3.7.1", "3.8 or newer"}},
		"python2": {`echo 'Unknown option: -I' >&2; exit 2`, []string{"Unknown option: -I"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := fake(t, c.script)
			_, err := Probe(context.Background(), path)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(c.want, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
	if _, err := Probe(context.Background(), "/nowhere/python3"); err == nil || !strings.Contains(err.Error(), "/nowhere/python3") {
		t.Errorf("error %v", err)
	}
}

func TestIs(t *testing.T) {
	facts := Facts{Version: "3.13.5"}
	for version, want := range map[string]bool{"": true, "3.13": true, "3.13.5": true, "3.1": false, "3.13.50": false, "3.14": false, "3.13t": false} {
		if facts.Is(version) != want {
			t.Errorf("3.13.5 is %q: %t", version, !want)
		}
	}
	facts.FreeThreaded = true
	if facts.Is("3.13") || !facts.Is("3.13t") || facts.LibName() != "python3.13t" {
		t.Error("free threading does not show")
	}
}

func TestRebase(t *testing.T) {
	facts := Facts{Executable: "/tmp/p/bin/python3.13", BasePrefix: "/tmp/p", Stdlib: "/tmp/p/lib/python3.13", Include: "/tmp/pp/include"}
	got := facts.Rebase("/tmp/p", Path)
	if got.Executable != Path+"/bin/python3.13" || got.BasePrefix != Path || got.Stdlib != Path+"/lib/python3.13" || got.Include != "/tmp/pp/include" {
		t.Errorf("got %+v", got)
	}
}

// TestIsolate: neither the sitecustomize in the standard library's directory nor packages next to it are there (BE-4).
func TestIsolate(t *testing.T) {
	real := python(t)
	host := filepath.Join(t.TempDir(), "host")
	if _, err := Isolate(real, host); err != nil {
		t.Fatal(err)
	}
	facts := real
	facts.Stdlib = filepath.Join(host, real.PlatLib, filepath.Base(real.Stdlib))
	for name, text := range map[string]string{
		"sitecustomize.py": "raise SystemExit('sitecustomize')", "usercustomize/__init__.py": "raise SystemExit('usercustomize')",
		"site-packages/intruder.py": "", "dist-packages/intruder.py": "",
	} {
		path := filepath.Join(facts.Stdlib, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "isolated")
	home, err := Isolate(facts, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sitecustomize.py", "usercustomize", "site-packages", "dist-packages"} {
		if _, err := os.Lstat(filepath.Join(dir, real.PlatLib, filepath.Base(real.Stdlib), name)); err == nil {
			t.Errorf("%s is there", name)
		}
	}
	for _, name := range []string{"python", "python3", filepath.Base(real.Executable)} {
		// From 3.14 on the library is looked for from where all links lead to.
		said, err := exec.Command(filepath.Join(home, name), "-I", "-S", "-c", "import sys; print(sys.base_prefix)").Output()
		if err != nil || strings.TrimSpace(string(said)) != dir {
			t.Errorf("%s has the prefix %s: %v", name, said, err)
		}
	}
}
