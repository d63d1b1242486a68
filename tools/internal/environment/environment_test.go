package environment

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// tools is a distribution with everything that an installer has to do something about.
var tools = made{name: "Tools-Kit", version: "1.0", metadata: "Requires-Dist: plug>=1\nRequires-Python: >=3.8\n", files: map[string]string{
	"tools_kit/__init__.py":                            "def main():\n    import sys\n    print('main', sys.argv[0].rpartition('/')[2], *sys.argv[1:])\nclass Sub:\n    run = staticmethod(main)\n",
	"tools_kit/template.py":                            "{{ not python }} = (",
	"tools_kit/data.txt":                               "data",
	"tools_kit/native.so*":                             "not really",
	"tools_kit/__pycache__/__init__.cpython-313.pyc":   "stale",
	"INFO/entry_points.txt":                            "[console_scripts]\ntools = tools_kit:main\n[gui_scripts]\ntools-gui = tools_kit:Sub.run [extra]\n[kits]\nown = tools_kit\n",
	"Tools_Kit-1.0.data/scripts/script":                "#!python -s\nimport sys; print('script', sys.prefix)\n",
	"Tools_Kit-1.0.data/scripts/window":                "#!pythonw\r\nprint('window')\n",
	"Tools_Kit-1.0.data/scripts/shell":                 "#!/bin/sh\necho shell \"$@\"\n",
	"Tools_Kit-1.0.data/scripts/tools":                 "#!python\nraise SystemExit('an old wrapper of the entry point')\n",
	"Tools_Kit-1.0.data/headers/kit.h":                 "#define KIT\n",
	"Tools_Kit-1.0.data/data/share/kit/a file, of kit": "shared",
	"Tools_Kit-1.0.data/platlib/kit_native.py":         "where = __file__",
}}

// precedence brings a .pth file as setuptools does.
var precedence = made{name: "precedence", version: "2", files: map[string]string{
	"precedence.pth":              "import os; import _precedence\n",
	"_precedence/__init__.py":     "import sys; sys.precedence_was_here = True\n",
	"precedence_plugin.py":        "",
	"INFO/entry_points.txt":       "[kits]\nother = precedence_plugin\n",
	"precedence_site/__init__.py": "",
}}

const checkScript = `
import importlib.metadata as metadata, pkgutil, subprocess, sys, sysconfig
assert sys.precedence_was_here
assert sys.prefix != sys.base_prefix, sys.prefix
assert sys.executable.startswith(sys.prefix + "/bin/"), sys.executable
assert sys.version_info < (3, 11) or sysconfig.get_default_scheme() == "venv", sysconfig.get_default_scheme()
assert sysconfig.get_path("purelib").startswith(sys.prefix)
found = sorted(d.metadata["Name"] for d in metadata.distributions())
assert found == ["Tools-Kit", "precedence"], found
points = metadata.entry_points()
points = points.select(group="kits") if hasattr(points, "select") else points["kits"]
assert sorted(p.load().__name__ for p in points) == ["precedence_plugin", "tools_kit"]
assert [d for d in sys.path if d.endswith("-packages")] == [sysconfig.get_path("purelib")], sys.path
assert not {"sitecustomize", "usercustomize"} & set(sys.modules), "the host was let in"
import json, tools_kit, kit_native
assert tools_kit.main.__code__.co_filename == tools_kit.__file__, tools_kit.main.__code__.co_filename
assert pkgutil.get_data("tools_kit", "data.txt") == b"data"
if len(sys.argv) == 1:
    for flags in ["-I"], ["-s"], ["-E"], ["-I", "-s", "-E"], []:
        subprocess.run([sys.executable, *flags, __file__, "inner"], check=True)
    print("good")
`

// TestEnvironment covers BE-1 and BE-2: distributions, entry points, .pth files, prefixes and sysconfig, in the
// environment's Python and in its subprocesses; and BE-4: nothing of the host's.
func TestEnvironment(t *testing.T) {
	opts := locked(t, tools, precedence)
	info := create(t, opts)
	if len(info.Distributions) != 2 || info.Distributions[1].Name != "Tools-Kit" || info.Distributions[1].RequiresDist[0] != "plug>=1" {
		t.Errorf("distributions %+v", info.Distributions)
	}
	dir := materialize(t, opts, t.TempDir())
	script := filepath.Join(t.TempDir(), "check.py")
	must(t, os.WriteFile(script, []byte(checkScript), 0o644))
	if output := run(t, dir, "python", "-B", script); output != "good" {
		t.Error(output)
	}
	header := filepath.Join(dir, "include/site", info.Interpreter.LibName(), "Tools_Kit/kit.h")
	for _, path := range []string{header, filepath.Join(dir, "share/kit/a file, of kit")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	// Where the walls hide the host there is no copy of the base.
	must(t, os.MkdirAll(filepath.Join(dir, "second"), 0o755))
	second := filepath.Join(dir, "second")
	must(t, Materialize(context.Background(), MaterializeOptions{Archive: opts.Output, Interpreter: info.Interpreter, Dir: second, Inside: Path}))
	config, err := os.ReadFile(filepath.Join(second, "pyvenv.cfg"))
	must(t, err)
	if !strings.Contains(string(config), "home = "+filepath.Dir(info.Interpreter.Executable)+"\ninclude-system-site-packages = false\n") {
		t.Errorf("pyvenv.cfg:\n%s", config)
	}
	content, err := os.ReadFile(filepath.Join(second, "bin/tools"))
	must(t, err)
	if !strings.HasPrefix(string(content), "#!/pyproject/environment/bin/python\n") {
		t.Errorf("bin/tools:\n%s", content)
	}
}

// TestScripts covers BE-3: scripts run, also below a path that no first line can hold, and one with spaces.
func TestScripts(t *testing.T) {
	opts := locked(t, tools, precedence)
	create(t, opts)
	for name, parent := range map[string]string{
		"short": "s", "with space": "a b's", "over 127": strings.Repeat("d", 150), "over 255": strings.Repeat(strings.Repeat("d", 99)+"/", 4),
	} {
		t.Run(name, func(t *testing.T) {
			dir := materialize(t, opts, filepath.Join(t.TempDir(), parent))
			for script, want := range map[string]string{"tools": "main tools 1 2 3", "tools-gui": "main tools-gui 1 2 3",
				"script": "script " + dir, "window": "window", "shell": "shell 1 2 3"} {
				if got := run(t, dir, script, "1", "2 3"); got != want {
					t.Errorf("%s printed %q, want %q", script, got, want)
				}
			}
		})
	}
	info, err := ReadInfo(opts.Info)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "a \"b\"")
	must(t, os.Mkdir(dir, 0o755))
	err = Materialize(context.Background(), MaterializeOptions{Archive: opts.Output, Interpreter: info.Interpreter, Dir: dir, Inside: dir})
	if err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("error %v", err)
	}
}

// TestByteCode: byte code is there for what compiles, names the place inside, and is used without looking at the source.
func TestByteCode(t *testing.T) {
	opts := locked(t, tools, precedence)
	info := create(t, opts)
	dir := materialize(t, opts, t.TempDir())
	site := filepath.Join(dir, info.Interpreter.SitePackages)
	compiled, err := os.ReadFile(filepath.Join(site, "tools_kit/__pycache__/__init__."+info.Interpreter.CacheTag+".pyc"))
	must(t, err)
	if !bytes.Contains(compiled, []byte(Path+"/"+info.Interpreter.SitePackages+"/tools_kit/__init__.py")) {
		t.Error("the byte code does not name its source")
	}
	must(t, os.WriteFile(filepath.Join(site, "tools_kit/__init__.py"), []byte("raise SystemExit('the source was looked at')"), 0o644))
	run(t, dir, "python", "-c", "import tools_kit")
}

// TestRecord: RECORD names every installed file and is true (BE-1).
func TestRecord(t *testing.T) {
	opts := locked(t, tools, precedence)
	create(t, opts)
	dir := materialize(t, opts, t.TempDir())
	got := run(t, dir, "python", "-c", `
import base64, hashlib, importlib.metadata as metadata, os, sys
recorded = set()
for d in metadata.distributions():
    assert d.read_text("INSTALLER").strip() == "rules_pyproject"
    for f in d.files:
        path = os.path.normpath(f.locate())
        recorded.add(path)
        with open(path, "rb") as file:
            content = file.read()
        if f.hash:
            assert f.hash.value == base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode(), path
            assert f.size == len(content)
there = {os.path.join(d, f) for d, _, fs in os.walk(sys.prefix) for f in fs if not f.startswith(("python3", "pyvenv"))} - {sys.prefix + "/bin/python"}
print(sorted(there ^ recorded))`)
	if got != "[]" {
		t.Errorf("only in RECORD or only there: %s", got)
	}
}

// TestHostSitePackages covers the named escape of BE-6.
func TestHostSitePackages(t *testing.T) {
	opts := locked(t, precedence)
	info := create(t, opts)
	dir := t.TempDir()
	must(t, Materialize(context.Background(), MaterializeOptions{Archive: opts.Output, Interpreter: info.Interpreter,
		Dir: dir, Inside: dir, Isolate: filepath.Join(t.TempDir(), "base"), HostSitePackages: true}))
	run(t, dir, "python", "-c", "import site, sys; assert site.ENABLE_USER_SITE is not None and sys.base_prefix == "+`"`+info.Interpreter.BasePrefix+`"`)
	config, err := os.ReadFile(filepath.Join(dir, "pyvenv.cfg"))
	must(t, err)
	if !strings.Contains(string(config), "include-system-site-packages = true") {
		t.Errorf("pyvenv.cfg:\n%s", config)
	}
}

// TestSameBytes covers BYTES-1 and BYTES-2: order, umask, time zone, temporary directory and the user's variables do
// not show in the archive, nor does the directory that the wheels are in.
func TestSameBytes(t *testing.T) {
	var archives, infos [2][]byte
	for i := range archives {
		opts := locked(t, tools, precedence)
		if i == 1 {
			slices.Reverse(opts.Wheels)
			defer syscall.Umask(syscall.Umask(0o077))
			t.Setenv("TMPDIR", t.TempDir())
			t.Setenv("TZ", "Pacific/Kiritimati")
			t.Setenv("PYTHONHASHSEED", "77")
			t.Setenv("PYTHONOPTIMIZE", "2")
			t.Setenv("PYTHONPATH", "/nowhere")
		}
		create(t, opts)
		var err error
		archives[i], err = os.ReadFile(opts.Output)
		must(t, err)
		infos[i], err = os.ReadFile(opts.Info)
		must(t, err)
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Errorf("the archives differ: %v %v", names(t, archives[0]), names(t, archives[1]))
	}
	if !bytes.Equal(infos[0], infos[1]) {
		t.Errorf("the descriptions differ:\n%s\n%s", infos[0], infos[1])
	}
}

// TestEmpty: a project without build requirements has an environment too.
func TestEmpty(t *testing.T) {
	opts := locked(t)
	create(t, opts)
	dir := materialize(t, opts, t.TempDir())
	run(t, dir, "python", "-c", "import importlib.metadata as m; assert not list(m.distributions())")
}

// TestPackedInterpreter: the description of an environment for an in-build interpreter has the paths inside the walls.
func TestPackedInterpreter(t *testing.T) {
	facts := python(t)
	prefix := filepath.Dir(filepath.Dir(facts.Executable))
	// The files of the library that the probe and the compiler load.
	output, err := exec.Command(facts.Executable, "-I", "-S", "-B", "-c", `
import importlib.util, json, marshal, os, platform, struct, sys, sysconfig, types
sysconfig.get_config_var("SOABI"), platform.platform()
for module in list(sys.modules.values()):
    print(getattr(module, "__file__", None) or "")`).Output()
	must(t, err)
	files, err := filepath.Glob(filepath.Join(facts.Stdlib, "lib-dynload", "*.so"))
	must(t, err)
	for _, name := range strings.Split(string(output), "\n") {
		if strings.HasPrefix(name, facts.Stdlib+"/") {
			files = append(files, name)
		}
	}
	shared, err := filepath.Glob(filepath.Join(prefix, facts.PlatLib, "libpython3*.so*"))
	must(t, err)
	opts := locked(t, tools, precedence)
	opts.Interpreter = interpreter.Source{Archive: filepath.Join(t.TempDir(), "python.tar"), Executable: "bin/" + filepath.Base(facts.Executable)}
	must(t, interpreter.Pack(context.Background(), interpreter.PackOptions{Prefix: prefix, Executable: opts.Interpreter.Executable,
		Files: append(append(files, shared...), facts.Executable), Output: opts.Interpreter.Archive}))
	info := create(t, opts)
	if got := info.Interpreter; got.BasePrefix != interpreter.Path || got.Executable != interpreter.Path+"/"+opts.Interpreter.Executable {
		t.Errorf("facts %+v", got)
	}
}

func names(t *testing.T, archive []byte) (names []string) {
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return names
		}
		must(t, err)
		names = append(names, header.Name)
	}
}
