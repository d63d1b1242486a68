package walls

import (
	"context"
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// RefusedError says that this machine doesn't give the helper the namespaces that required walls are made of.
type RefusedError struct {
	Step string // what was tried
	Err  error  // what the kernel said
}

// Unwrap gives the kernel's answer.
func (e *RefusedError) Unwrap() error { return e.Err }

// switches are the settings by which Linux systems forbid namespaces to ordinary users.
var switches = []struct{ file, forbids, cure string }{
	{"/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=15000"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
}

func (e *RefusedError) Error() string {
	var b strings.Builder
	b.WriteString("walls=required needs user namespaces, and this machine refuses them: " + e.Step + ": " + e.Err.Error() + "\n")
	for _, s := range switches {
		if data, err := os.ReadFile(s.file); err == nil && strings.TrimSpace(string(data)) == s.forbids {
			b.WriteString("Cause: " + s.file + " is " + s.forbids + ".\n")
		}
	}
	b.WriteString("Possible fixes:\n")
	for _, s := range switches {
		if _, err := os.Stat(s.file); err == nil {
			b.WriteString("  - allow them, as root: " + s.cure + "\n")
		}
	}
	b.WriteString("  - in a container, start it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined; " +
		"in a chroot, use pivot_root\n" +
		"  - build without them: --@rules_pyproject//rules/settings:walls=paths\n" +
		"  - for one execution platform: constraint_values = [\"@rules_pyproject//rules/constraints:namespaces_refused\"]\n" +
		"docs/walls.md says what the second kind of walls doesn't do.")
	return b.String()
}

// refused makes a RefusedError of the answers that mean a refusal, and leaves every other error what it is.
func refused(step string, err error) error {
	for _, e := range []error{unix.EPERM, unix.EACCES, unix.ENOSPC, unix.EUSERS, unix.EINVAL, unix.ENOSYS} {
		if errors.Is(err, e) {
			return &RefusedError{Step: step, Err: err}
		}
	}
	return err
}

// Available is a whole verb: it says whether required walls can be had, by opening a room. Like Reenter it starts the
// command line again, and the outer process ends with what it returns.
func Available(ctx context.Context) error {
	inside, err := Reenter(ctx, Required)
	if !inside || err != nil {
		return err
	}
	r, err := Open(ctx, Spec{Kind: Required})
	if err != nil {
		return err
	}
	return r.Close()
}
