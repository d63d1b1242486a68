package walls

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

// inUserNamespace makes a helper process the root, or an ordinary user, of a user namespace of its own.
func inUserNamespace(id int, do task, t *testing.T) report {
	cmd := helper(t, do)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: id, HostID: os.Getegid(), Size: 1}},
	}
	return finish(t, cmd)
}

// Where namespaces are refused, the error says so and what cures it, and nothing is built without walls in silence.
func TestNamespacesRefused(t *testing.T) {
	for _, mode := range []string{"refused", "refused-available"} {
		do := script(Required, "echo built")
		do.Mode = mode
		got := inUserNamespace(0, do, t)
		if got.Code != 1 || got.Stdout != "" {
			t.Fatalf("%+v", got)
		}
		for _, part := range []string{
			"refuses", "no space left on device", "/proc/sys/user/max_user_namespaces is 0", "sysctl user.max_user_namespaces=",
			"--@rules_pyproject//rules/settings:walls=paths", "//rules/constraints:namespaces_refused",
		} {
			if !strings.Contains(got.Stderr, part) {
				t.Errorf("%s: no %q in %s", mode, part, got.Stderr)
			}
		}
	}
	// Paths need none.
	do := script(Paths, "echo built")
	do.Mode = "refused"
	if got := inUserNamespace(0, do, t); got.Stdout != "built\n" {
		t.Errorf("%+v", got)
	}
}

// Available opens a room and says nothing.
func TestAvailable(t *testing.T) {
	if got := run(t, task{Spec: Spec{Kind: Required}, Mode: "available"}); got.Code != 0 || got.Stderr != "" || got.Stdout != "" {
		t.Errorf("%+v", got)
	}
}

// An ordinary user has the same room: one without any capability, and, where the tests run as root, the user nobody.
func TestOrdinaryUser(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		do := script(kind, `id -u; echo x > "$HOME/x" && cat "$HOME/x"; ls -A /usr/local | wc -l`)
		want := "1000\nx\n0\n"
		if kind == Paths {
			do.Args[1] = `echo x > "$HOME/x" && cat "$HOME/x"`
			want = "x\n"
		}
		if got := succeeded(t, inUserNamespace(1234, do, t)); got.Stdout != want {
			t.Errorf("in a namespace: %q", got.Stdout)
		}
		const nobody = 65534
		cmd := helper(t, do)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		cmd.Path = "/proc/self/exe" // its directory may be closed to others
		probe := *cmd
		if err := probe.Start(); errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) {
			return // not root, or root of a namespace without that user: then the test runs as an ordinary one anyway
		}
		_ = probe.Wait()
		if got := succeeded(t, finish(t, cmd)); got.Stdout != want {
			t.Errorf("as nobody: %q", got.Stdout)
		}
	})
}

// A room is never opened without its walls.
func TestOpenWithoutReenter(t *testing.T) {
	_, err := Open(t.Context(), Spec{Kind: Required, TempDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "Reenter") {
		t.Error(err)
	}
	if _, err := Open(t.Context(), Spec{Kind: "none", TempDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Error(err)
	}
}
