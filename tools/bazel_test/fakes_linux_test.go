// Package bazel_test holds the tests of tools/bazel. They run outside of Bazel. Those in launcher_linux_test.go replace
// everything that is slow or needs privileges by fakes; those in root_linux_test.go use the real root, once it is made.
package bazel_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a copy of the launcher on a machine of fakes: an empty cache and a PATH with nothing but what the test
// puts there and the basic tools.
type machine struct {
	t        *testing.T
	launcher string
	path     string // the only directory on PATH
	cache    string // XDG_CACHE_HOME
	fakes    string // where the fake mmdebstrap takes its orders and leaves its traces
}

// The programs that the launcher takes from every Debian machine.
var basics = []string{
	"awk", "bash", "cat", "cksum", "cp", "cut", "dirname", "env", "flock", "grep", "head", "mkdir", "mktemp", "mv", "pivot_root",
	"readlink", "realpath", "rm", "sed", "setpriv", "sh", "sort", "tail", "tar", "true",
}

const (
	// Makes what the launcher looks at in a root. `fail` makes it fail; with $GATED it reports to descriptor 3 and waits
	// for descriptor 4, without a child process that could outlive it.
	fakeMmdebstrap = `#!/bin/sh
echo started >>"$FAKES/starts"
if [ -n "$GATED" ]; then echo blocked >&3; read -r _ <&4; fi
if [ -e "$FAKES/fail" ]; then echo "E: the mirror is on fire" >&2; exit 1; fi
while [ $# -gt 2 ]; do shift; done
target=$1
[ "$target" != - ] || target=$(mktemp -d "$FAKES/XXXXXX")
mkdir -p "$target/etc" "$target/usr/share/bazel/embedded_tools"
echo 7.7.1 >"$target/usr/share/bazel/build-label.txt"
[ "$1" != - ] || tar --create --directory="$target" .
`
	// Runs what it is given without a namespace, but only tells of what would enter the root. `refused` makes it fail.
	fakeUnshare = `#!/bin/sh
[ ! -e "$FAKES/refused" ] || exit 1
while case $1 in -*|private) true ;; *) false ;; esac; do shift; done
case "$*" in
*copy_modules.sh*)
	while [ $# -gt 3 ]; do shift; done
	mkdir -p "$1/source/platforms"
	echo 'module(name = "platforms")' >"$1/source/platforms/MODULE.bazel" ;;
*enter.sh*) shift 7; echo "in the root: $*" ;;
*) exec "$@" ;;
esac
`
	succeeds = "#!/bin/sh\n"
)

func newMachine(t *testing.T) *machine {
	t.Helper()
	directory := t.TempDir()
	m := &machine{
		t:        t,
		launcher: filepath.Join(directory, "checkout", "tools", "bazel"),
		path:     filepath.Join(directory, "bin"),
		cache:    filepath.Join(directory, "cache"),
		fakes:    filepath.Join(directory, "fakes"),
	}
	for _, made := range []string{filepath.Dir(m.launcher), m.path, m.cache, m.fakes} {
		must(t, os.MkdirAll(made, 0o777))
	}
	must(t, exec.Command("cp", "-r", "../bazel", "../bazel.d", filepath.Dir(m.launcher)).Run())
	for _, name := range basics {
		program, err := exec.LookPath(name)
		must(t, err)
		must(t, os.Symlink(program, filepath.Join(m.path, name)))
	}
	for _, name := range []string{"apt-get", "apt-config", "newuidmap"} {
		m.program(name, succeeds)
	}
	m.program("mmdebstrap", fakeMmdebstrap)
	m.program("unshare", fakeUnshare)
	return m
}

// program puts a script on PATH.
func (m *machine) program(name, text string) string {
	m.t.Helper()
	file := filepath.Join(m.path, name)
	must(m.t, os.WriteFile(file, []byte(text), 0o755))
	return file
}

// bazel puts a fake Bazel of a version on PATH. It tells how it was called, and exits as Bazel does when interrupted.
func (m *machine) bazel(name, version string) string {
	m.t.Helper()
	return m.program(name, `#!/bin/sh
if [ "$1" = --version ]; then echo "bazel `+version+`"; exit; fi
echo "`+name+` $* BAZELISK_SKIP_WRAPPER=$BAZELISK_SKIP_WRAPPER"
exit 8
`)
}

// order leaves an empty file that the fakes look for.
func (m *machine) order(name string) {
	m.t.Helper()
	must(m.t, os.WriteFile(filepath.Join(m.fakes, name), nil, 0o666))
}

// command is a call of the launcher with `name=value` variables added to its environment.
func (m *machine) command(environment []string, arguments ...string) *exec.Cmd {
	command := exec.Command(m.launcher, arguments...)
	command.Dir = m.fakes
	command.Env = append([]string{
		"PATH=" + m.path, "HOME=/nonexistent", "XDG_CACHE_HOME=" + m.cache, "FAKES=" + m.fakes,
		"RULES_PYPROJECT_DEBIAN_MIRROR=file:///mirror",
	}, environment...)
	return command
}

// run runs a command to its end.
func run(t *testing.T, command *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	command.Stdout, command.Stderr = &out, &err
	var exit *exec.ExitError
	if failure := command.Run(); failure != nil && !errors.As(failure, &exit) {
		t.Fatalf("%s: %v", command, failure)
	}
	return out.String(), err.String(), command.ProcessState.ExitCode()
}

// startGated starts a command and returns once its mmdebstrap waits. What is read from alive ends when both are dead;
// release lets mmdebstrap go on.
func startGated(t *testing.T, command *exec.Cmd) (alive io.Reader, release func()) {
	t.Helper()
	alive, report, err := os.Pipe()
	must(t, err)
	order, gate, err := os.Pipe()
	must(t, err)
	command.ExtraFiles = []*os.File{report, order}
	command.Env = append(command.Env, "GATED=yes")
	must(t, command.Start())
	must(t, report.Close())
	must(t, order.Close())
	t.Cleanup(func() { gate.Close() })
	line := make([]byte, len("blocked\n"))
	if _, err := io.ReadFull(alive, line); err != nil {
		t.Fatalf("ended without calling mmdebstrap: %v", err)
	}
	return alive, func() {
		_, err := gate.WriteString("go\n")
		must(t, err)
	}
}

// starts is how often mmdebstrap was called.
func (m *machine) starts() int {
	text, err := os.ReadFile(filepath.Join(m.fakes, "starts"))
	if err != nil && !os.IsNotExist(err) {
		m.t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// roots are the names of the roots in the cache, whole and unfinished ones.
func (m *machine) roots() []string {
	found, err := filepath.Glob(filepath.Join(m.cache, "rules_pyproject/bazel/root-*"))
	must(m.t, err)
	for index, root := range found {
		found[index] = filepath.Base(root)
	}
	return found
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}
