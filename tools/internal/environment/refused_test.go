package environment

import (
	"archive/zip"
	"os"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// TestBadLock: what does not fit the lock says what was wanted, what was found, and the cure (REQ-4, issue 3 "Bad input").
func TestBadLock(t *testing.T) {
	t.Run("wrong hash", func(t *testing.T) {
		opts := locked(t, precedence)
		opts.Lock.Distributions[0].Files[0].SHA256 = strings.Repeat("0", 64)
		refused(t, opts, "//app:requirements.txt:10: precedence 2", "precedence-2-py3-none-any.whl", "wanted sha256 "+strings.Repeat("0", 64),
			"found  sha256", "bazel run //app:lock")
	})
	t.Run("no wheel for this platform", func(t *testing.T) {
		opts := locked(t, made{name: "native", version: "1", tag: "cp26-cp26m-win32"})
		refused(t, opts, "native 1", "none of its wheels fits CPython "+python(t).Version+" on "+python(t).Platform,
			"native-1-cp26-cp26m-win32.whl", "Possible fixes", "bazel run //app:lock")
	})
	t.Run("only an sdist", func(t *testing.T) {
		opts := locked(t, precedence)
		opts.Lock.Distributions[0].Files = []lock.EnvironmentFile{{Name: "precedence-2.tar.gz"}}
		refused(t, opts, "precedence 2: the lock has no wheel of it, only: precedence-2.tar.gz", "Possible fixes")
	})
	t.Run("file not given", func(t *testing.T) {
		opts := locked(t, precedence)
		opts.Wheels = nil
		refused(t, opts, "precedence-2-py3-none-any.whl fits", "not among the files of this environment", "Possible fixes")
	})
	t.Run("two versions", func(t *testing.T) {
		other := precedence
		other.version = "3"
		refused(t, locked(t, precedence, other), "//app:requirements.txt:10: precedence 2", "line 20 pins 3", "bazel run //app:lock")
	})
	t.Run("another distribution", func(t *testing.T) {
		opts := locked(t, precedence)
		opts.Lock.Distributions[0].Name = "impostor"
		refused(t, opts, "it is precedence 2 by its METADATA, the lock wants impostor 2")
	})
	t.Run("broken marker", func(t *testing.T) {
		opts := locked(t, precedence)
		opts.Lock.Distributions[0].Marker = "python_version >"
		refused(t, opts, "//app:requirements.txt:10: precedence 2")
	})
	t.Run("requires another Python", func(t *testing.T) {
		refused(t, locked(t, made{name: "new", version: "1", metadata: "Requires-Python: >=3.99\n"}), "it requires Python >=3.99", "make the lock again")
	})
	t.Run("another interpreter", func(t *testing.T) {
		opts := locked(t, precedence)
		opts.PythonVersion = "3.99"
		refused(t, opts, "its toolchain says Python 3.99", "Possible fixes")
	})
}

// TestNotAdmitted covers REQ-4: a lock, or an entry of it, that is for other interpreters is refused.
func TestNotAdmitted(t *testing.T) {
	opts := locked(t, precedence)
	opts.Lock.RequiresPython, opts.Lock.Environments = ">=3.8", []string{"sys_platform == 'win32'", "sys_platform == '" + python(t).Markers["sys_platform"] + "'"}
	opts.Lock.Distributions[0].RequiresPython = ">=3.8"
	create(t, opts)
	for part, change := range map[string]func(l *lock.Environment){
		"//app:requirements.txt: the lock is for Python <3.8, and this is CPython ":                              func(l *lock.Environment) { l.RequiresPython = "<3.8" },
		"//app:requirements.txt: the lock is for environments with os_name == 'nt', or os_name == 'x', and this": func(l *lock.Environment) { l.Environments = []string{"os_name == 'nt'", "os_name == 'x'"} },
		"//app:requirements.txt: the lock is for environments with os_name <: ":                                  func(l *lock.Environment) { l.Environments = []string{"os_name <"} },
		"//app:requirements.txt:10: precedence 2 needs Python ==3.8.1, and this is CPython ":                     func(l *lock.Environment) { l.Distributions[0].RequiresPython = "==3.8.1" },
	} {
		opts := locked(t, precedence)
		change(&opts.Lock)
		if strings.HasSuffix(part, "<: ") {
			refused(t, opts, part)
		} else {
			refused(t, opts, part, "Possible fixes", "bazel run //app:lock")
		}
	}
}

// TestMarkers covers REQ-1: a distribution whose marker is false for this interpreter is left out, and it is said.
func TestMarkers(t *testing.T) {
	other := precedence
	other.version = "3"
	opts := locked(t, precedence, other, made{name: "all", version: "1"})
	opts.Lock.Distributions[0].Marker = "python_version >= '3.8'"
	opts.Lock.Distributions[1].Marker = "sys_platform == 'win32'"
	opts.Lock.Distributions[2].Marker = "extra == 'all'"
	info := create(t, opts)
	if len(info.Distributions) != 1 || info.Distributions[0].Version != "2" {
		t.Errorf("distributions %+v", info.Distributions)
	}
	if len(info.Skipped) != 2 || info.Skipped[0] != (Skipped{"precedence", "3", "sys_platform == 'win32'"}) {
		t.Errorf("skipped %+v", info.Skipped)
	}
}

// TestBestWheel: the wheel whose tag the interpreter likes best is taken, and the later build of two.
func TestBestWheel(t *testing.T) {
	tags := python(t).Tags()
	best, other := tags[0], tags[len(tags)/3]
	for name, c := range map[string]struct {
		wheels []made
		want   int
	}{
		"tag":             {[]made{{tag: "py3-none-any"}, {tag: best}, {tag: other}}, 1},
		"compressed":      {[]made{{tag: "py2.py3-none-any"}, {tag: "cp26-cp26m-win32"}}, 0},
		"build":           {[]made{{build: "2"}, {build: "10"}, {build: "9z"}, {}}, 1},
		"tag over build":  {[]made{{build: "2", tag: "py3-none-any"}, {tag: best}}, 1},
		"older interface": {[]made{{tag: "py3-none-any"}, {tag: "py30-none-any"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.wheels {
				c.wheels[i].name, c.wheels[i].version = "native", "1"
			}
			opts := locked(t, c.wheels...)
			for _, d := range opts.Lock.Distributions[1:] {
				opts.Lock.Distributions[0].Files = append(opts.Lock.Distributions[0].Files, d.Files...)
			}
			opts.Lock.Distributions = opts.Lock.Distributions[:1]
			if got := create(t, opts).Distributions[0].File; got != c.wheels[c.want].file() {
				t.Errorf("%s was taken, not %s", got, c.wheels[c.want].file())
			}
		})
	}
}

// TestBadWheel: a wheel that could do harm, or that is not what it says, is named with its file (issue 3 "Bad input").
func TestBadWheel(t *testing.T) {
	link := zip.FileHeader{Name: "bad/link"}
	link.SetMode(os.ModeSymlink | 0o777)
	for name, c := range map[string]struct {
		wheel made
		parts []string
	}{
		"leaves":       {made{raw: []zip.FileHeader{{Name: "../x"}}}, []string{"../x"}},
		"absolute":     {made{raw: []zip.FileHeader{{Name: "/etc/x"}}}, []string{"/etc/x"}},
		"link":         {made{raw: []zip.FileHeader{link}}, []string{"bad/link", "symbolic link"}},
		"twice":        {made{files: map[string]string{"x.py": ""}, raw: []zip.FileHeader{{Name: "x.py"}}}, []string{"x.py", "twice"}},
		"data leaves":  {made{raw: []zip.FileHeader{{Name: "bad-1.data/data/../../../x"}}}, []string{".."}},
		"wrong RECORD": {made{files: map[string]string{"x.py": "x = 1"}, record: "x.py,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,5\n"}, []string{"x.py", "RECORD", "wanted sha256", "found"}},
		"scheme":       {made{files: map[string]string{"bad-1.data/nonsense/x": ""}}, []string{"nonsense"}},
		"no scheme":    {made{files: map[string]string{"bad-1.data/x": ""}}, []string{".data"}},
		"python":       {made{files: map[string]string{"bad-1.data/scripts/python3": ""}}, []string{"bin/python3", "interpreter"}},
		"pyvenv.cfg":   {made{files: map[string]string{"bad-1.data/data/pyvenv.cfg": ""}}, []string{"pyvenv.cfg", "interpreter"}},
		"script name":  {made{files: map[string]string{"INFO/entry_points.txt": "[console_scripts]\n../x = a:b\n"}}, []string{"../x"}},
		"script code":  {made{files: map[string]string{"INFO/entry_points.txt": "[console_scripts]\nx = a:b;import os\n"}}, []string{"b;import os"}},
		"bomb":         {made{files: map[string]string{"zeros": strings.Repeat("\x00", 300<<20)}}, []string{"zip bomb"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.wheel.name, c.wheel.version = "bad", "1"
			refused(t, locked(t, c.wheel), append(c.parts, "bad-1-py3-none-any.whl")...)
		})
	}
}

// TestSharedFiles: two distributions may share a file only where it does not matter whose it is.
func TestSharedFiles(t *testing.T) {
	pair := func(name, one, two string) []made {
		return []made{{name: "one", version: "1", files: map[string]string{name: one}}, {name: "two", version: "1", files: map[string]string{name: two}}}
	}
	namespace := "__path__ = __import__('pkgutil').extend_path(__path__, __name__)"
	if info := create(t, locked(t, pair("ns/__init__.py", namespace, namespace+"\n# mine\n")...)); len(info.Warnings) != 0 {
		t.Errorf("warnings %v", info.Warnings)
	}
	create(t, locked(t, pair("pkg/__init__.py", "", "")...))
	if info := create(t, locked(t, pair("tests/test_all.py", "1", "2")...)); len(info.Warnings) != 1 || !strings.Contains(info.Warnings[0], "tests/test_all.py") {
		t.Errorf("warnings %v", info.Warnings)
	}
	refused(t, locked(t, pair("pkg/__init__.py", "1", "2")...), "one-1-py3-none-any.whl and two-1-py3-none-any.whl both bring", "pkg/__init__.py", "Possible fixes")
	refused(t, locked(t, made{name: "one", version: "1", files: map[string]string{"x": ""}}, made{name: "two", version: "1", files: map[string]string{"x/y": ""}}),
		"one-1-py3-none-any.whl", "two-1-py3-none-any.whl", "directory")
	refused(t, locked(t, made{name: "one", version: "1", files: map[string]string{"x/y": ""}}, made{name: "two", version: "1", files: map[string]string{"x": ""}}),
		"one-1-py3-none-any.whl", "two-1-py3-none-any.whl", "directory")
}
