package session

import (
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestBadBackends proves HOOK-1, HOOK-2 and HOOK-6 for backends that do wrong: each is named with what it did, and nothing
// becomes an output.
func TestBadBackends(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, backend string
		want          []string
	}{
		{"does not import", "import tomli_w", []string{
			"backend could not be imported: ModuleNotFoundError: No module named 'tomli_w'", "Traceback", "import tomli_w",
			"Possible fixes:", "tomli_w is not in the build environment: add the distribution that has it to [build-system] requires of demo/pyproject.toml, and lock again: bazel run //demo:lock"}},
		{"no build_wheel", "x = 1", []string{"backend has no build_wheel", "Possible fixes:", "PEP 517"}},
		{"raises", "def build_wheel(*a):\n print('before')\n raise ValueError('no way')", []string{
			"build_wheel of backend raised ValueError: no way", "before", "Traceback (most recent call last)"}},
		{"get_requires raises", "def get_requires_for_build_wheel(*a): 1/0", []string{
			"get_requires_for_build_wheel of backend raised ZeroDivisionError"}},
		{"exits", "import sys\ndef build_wheel(*a): sys.exit(3)", []string{"build_wheel of backend called sys.exit with code 3"}},
		{"os._exit", "import os\ndef build_wheel(*a):\n print('last words', flush=True)\n os._exit(0)", []string{
			"build_wheel of backend ended without an answer: its interpreter exited with code 0", "last words"}},
		{"kills itself", "import os, signal\ndef build_wheel(*a): os.kill(os.getpid(), signal.SIGKILL)", []string{
			"ended without an answer: its interpreter was ended by signal 9 (killed)"}},
		{"crashes", "import os, signal\ndef build_wheel(*a): os.kill(os.getpid(), signal.SIGSEGV)", []string{"signal 11"}},
		{"invalid UTF-8", "import os\ndef build_wheel(*a):\n os.write(1, b'a\\xff\\x00b\\x1b[1mc\\n')\n raise ValueError", []string{
			`a\xff\x00b` + "\x1b[1mc"}},
		{"wrong name", "def build_wheel(d, *a):\n maker.wheel(d)\n return 'other-1.0-py3-none-any.whl'", []string{
			`it returned "other-1.0-py3-none-any.whl", but wheel_directory holds "demo-1.0-py3-none-any.whl"`}},
		{"missing file", "def build_wheel(d, *a): return 'demo-1.0-py3-none-any.whl'", []string{"wheel_directory holds nothing"}},
		{"path", "def build_wheel(d, *a): return d + '/' + maker.wheel(d)", []string{"expected the base name of a file in wheel_directory"}},
		{"upwards", "def build_wheel(d, *a): return '..'", []string{`it returned "..", expected the base name`}},
		{"not a wheel", "def build_wheel(d, *a):\n open(d + '/demo.zip', 'w').close()\n return 'demo.zip'", []string{"not the name of a wheel (*.whl)"}},
		{"a link", "import os\ndef build_wheel(d, *a):\n os.symlink('/etc/passwd', d + '/demo-1.0-py3-none-any.whl')\n return 'demo-1.0-py3-none-any.whl'",
			[]string{"no regular file"}},
		{"link for a directory", "import os\ndef build_wheel(d, *a):\n os.rmdir(d)\n os.symlink('/etc', d)\n return 'passwd.whl'", []string{"wheel_directory is not a directory any more"}},
		{"not a zip", "def build_wheel(d, *a):\n open(d + '/demo-1.0-py3-none-any.whl', 'w').write('x')\n return 'demo-1.0-py3-none-any.whl'",
			[]string{"build_wheel of backend made a wheel that is not right"}},
		{"../x", "def build_wheel(d, *a): return maker.wheel(d, extra=[('../x', '')])", []string{"made a wheel that is not right", "../x"}},
		{"absolute", "def build_wheel(d, *a): return maker.wheel(d, extra=[('/tmp/x', '')])", []string{"/tmp/x"}},
		{"symlink", "def build_wheel(d, *a): return maker.wheel(d, link='/etc/passwd')", []string{"demo_link"}},
		{"duplicate", "def build_wheel(d, *a): return maker.wheel(d, extra=[('demo.py', 'other')])", []string{"demo.py"}},
		{"wrong hash", "def build_wheel(d, *a): return maker.wheel(d, record=maker.record_line('demo.py', b'x') + " +
			"''.join('demo-1.0.dist-info/%s,,\\n' % n for n in ('METADATA', 'WHEEL', 'RECORD')))", []string{"RECORD", "demo.py"}},
		{"wrong tag", "def build_wheel(d, *a): return maker.wheel(d, name='demo-1.0-py3-none-win_amd64.whl')", []string{"win_amd64"}},
		{"tag of WHEEL", "def build_wheel(d, *a): return maker.wheel(d, tag='py2-none-any')", []string{"py2-none-any"}},
		{"wrong type", "def get_requires_for_build_wheel(s): return 'wheel'", []string{"returned 'wheel' (str) instead of a list of str"}},
		{"not a requirement", "def get_requires_for_build_wheel(s): return ['a b']", []string{"get_requires_for_build_wheel of backend", `"a b" is not a requirement`}},
		{"git", "import subprocess\ndef build_wheel(*a): subprocess.run(['git', 'describe'])", []string{
			"FileNotFoundError", "git is not on PATH", "Possible fixes:"}},
		{"compiler", "import subprocess, os\ndef build_wheel(*a): subprocess.run([os.environ['CC'], '-c', 'x.c'], check=True)", []string{
			"CalledProcessError", "this target has no C++ toolchain", "register a C++ toolchain"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, kind walls.Kind) {
				newSession(t, kind, c.backend, nil).fail(t, c.want...)
			})
		})
	}
}

// TestTimeout proves that a hook which hangs is ended, with what it had started, and that the message says what to raise. It is the first hook: no other may
// take that long on a busy machine.
func TestTimeout(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		token := newToken()
		s := newSession(t, kind, "import subprocess\ndef get_requires_for_build_wheel(*a):\n print('going to hang', flush=True)\n subprocess.run(['sleep', '"+token+"'])", nil)
		s.Config.Timeout = 2e9
		s.fail(t, "get_requires_for_build_wheel of backend ran for longer than 2s and was killed", "going to hang", "raise `hook_timeout`")
		expectNoProcess(t, token)
	})
}

// TestPrintsTooMuch proves that a backend which prints without end costs neither memory nor disk, and that beginning and end
// of it are kept.
func TestPrintsTooMuch(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, "import sys\ndef build_wheel(*a):\n print('the beginning')\n"+
			" for i in range(40): sys.stdout.write('x' * 1000000 + '\\n')\n print('the end')\n raise ValueError('full')", nil)
		s.Kept = 1 << 20
		s.fail(t, "raised ValueError: full", "the beginning", "the end", "bytes are not shown here; the log has them")
		log := readFile(t, s.Config.Log)
		if len(log) > 4<<20 || len(s.stderr) > 1<<20 {
			t.Errorf("the log has %d bytes, the message %d", len(log), len(s.stderr))
		}
		for _, text := range []string{"the beginning", "the end", "bytes of output were not kept"} {
			if !strings.Contains(log, text) {
				t.Errorf("the log lacks %q", text)
			}
		}
	})
}

// TestRequirements proves REQ-4 and REQ-5: what is asked for, before the build or by it, has to be locked.
func TestRequirements(t *testing.T) {
	t.Parallel()
	const system = "[build-system]\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\nrequires = "
	for _, c := range []struct {
		name, requires, dynamic string
		want                    []string
	}{
		{"static", `["setuptools>=77", "nothing; python_version < '3'"]`, "[]", []string{
			"the lock //demo:lock.txt does not satisfy [build-system] requires of demo/pyproject.toml:", "wanted setuptools>=77, found nothing of that name",
			"Possible fixes:", "lock again: bazel run //demo:lock"}},
		{"dynamic", `[]`, `["ninja>=1.10", "nothing; extra == 'all'"]`, []string{
			"the lock //demo:lock.txt does not satisfy what get_requires_for_build_wheel of backend asks for:", "wanted ninja>=1.10, found nothing of that name",
			`lock again: bazel run //demo:lock, which asks the hooks`, `add to the ` + "`requirements`" + ` of the lock: "ninja>=1.10"; then lock again`, "bazel run //demo:lock"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, kind walls.Kind) {
				s := newSession(t, kind, "def get_requires_for_build_wheel(s): return "+c.dynamic,
					map[string]string{"pyproject.toml": system + c.requires + "\n"})
				s.fail(t, c.want...)
				if strings.Contains(s.stderr, "nothing;") {
					t.Errorf("a requirement whose marker is false was asked for (REQ-1):\n%s", s.stderr)
				}
			})
		})
	}
}

// TestBadProject proves that a project which can't be built is refused before a backend runs, with file, line and column (REQ-2,
// REQ-3); what was started for it meanwhile is gone.
func TestBadProject(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		newSession(t, kind, "", map[string]string{"pyproject.toml": "[build-system\nrequires = []"}).fail(t, "demo/pyproject.toml:1:", "[build-system")
		newSession(t, kind, "", map[string]string{"pyproject.toml": "[build-system]\nbuild-backend = \"x\""}).fail(t, "demo/pyproject.toml:", "requires")
		s := newSession(t, kind, "", nil)
		s.Config.Sources = s.Config.Sources[:0]
		s.write(t, "readme.txt", "", 0o644)
		s.fail(t, "setup.py")
	})
}
