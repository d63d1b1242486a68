package walls

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// marker is the variable by which a process knows that Reenter started it. Its value names the parent, so that one that was
// inherited or set by chance means nothing, and it is unset as soon as it was read.
const marker = "RULES_PYPROJECT_REENTERED"

// lifeline is the descriptor on which the started process notices that its parent is gone.
const lifeline = 3

// innerID is the one user and group that exists in the namespaces: whoever runs the helper, under a number and a name that are the
// same on every machine, and never root.
const innerID = 1000

// capabilities are what the helper needs in its namespaces; hooks get none.
var capabilities = []uintptr{
	unix.CAP_SYS_ADMIN,        // mounts, the host's name
	unix.CAP_SYS_CHROOT,       // pivot_root in a thread that has a mount namespace of its own
	unix.CAP_SETPCAP,          // to take the bounding set from hooks
	unix.CAP_SYS_RESOURCE,     // to forbid hooks namespaces of their own
	unix.CAP_NET_ADMIN,        // loopback interface and route
	unix.CAP_NET_RAW,          // to see what is connected to
	unix.CAP_NET_BIND_SERVICE, // the resolver's port
	unix.CAP_DAC_OVERRIDE,     // files that a hook left unreadable
	unix.CAP_FOWNER,
	unix.CAP_KILL,
}

// Reenter is the first thing that a verb with a room calls. It starts the process's own command line again, behind the
// walls that kind asks for, relays signals, and waits: the outer process gets false, and nil or an *ExitError with
// which it has to end without a further word. The process that it started gets true and goes on.
//
// With Paths there are no walls to go behind, but still two processes: whichever of them is killed, the other one removes
// what is left.
func Reenter(ctx context.Context, kind Kind) (bool, error) {
	if _, err := ParseKind(string(kind)); err != nil {
		return false, err
	}
	if value, ok := os.LookupEnv(marker); ok {
		if err := os.Unsetenv(marker); err != nil {
			return false, err
		}
		if entered(kind, value) {
			// What a careless parent of the helper left open is no business of hooks.
			if err := unix.CloseRange(lifeline, ^uint(0), unix.CLOSE_RANGE_CLOEXEC); err != nil {
				closeOnExec()
			}
			go watch(kind, os.NewFile(lifeline, "lifeline"))
			return true, nil
		}
	}
	return false, again(ctx, kind)
}

// entered says whether this process is the one that the value was written for.
func entered(kind Kind, value string) bool {
	of, parent, _ := strings.Cut(value, " ")
	if Kind(of) != kind {
		return false
	}
	if kind == Paths {
		return parent == strconv.Itoa(os.Getppid())
	}
	own, err := os.Readlink("/proc/self/ns/user")
	return err == nil && own != parent && os.Getpid() == 1
}

// again runs the command line again.
func again(ctx context.Context, kind Kind) error {
	// The death signal belongs to the thread that forks: keep it until the child has ended.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	alive, held, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start the helper again: %w", err)
	}
	defer held.Close()
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: os.Args, ExtraFiles: []*os.File{alive},
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	parent := strconv.Itoa(os.Getpid())
	if kind == Required {
		if parent, err = os.Readlink("/proc/self/ns/user"); err != nil {
			return refused("read /proc/self/ns/user", err)
		}
		namespaces(cmd.SysProcAttr)
	} else {
		// Not a kill: the child has hooks to end and a directory to remove. It watches the lifeline.
		cmd.SysProcAttr.Pdeathsig = 0
		if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("adopt orphans: %w", err)
		}
	}
	cmd.Env = append(os.Environ(), marker+"="+string(kind)+" "+parent)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	err = cmd.Start()
	alive.Close()
	if err != nil {
		if kind == Required {
			return refused("make a user namespace", err)
		}
		return fmt.Errorf("start the helper again: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return outer(ctx, cmd, kind, signals, ended)
}

// namespaces asks for all of them at once.
func namespaces(attr *syscall.SysProcAttr) {
	attr.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: innerID, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: innerID, HostID: os.Getegid(), Size: 1}}
	// A user that isn't root loses its capabilities by exec, but for ambient ones. So hooks have none, by themselves.
	attr.AmbientCaps = capabilities
}

// outer relays signals to the child until it has ended.
func outer(ctx context.Context, cmd *exec.Cmd, kind Kind, signals <-chan os.Signal, ended <-chan error) error {
	done := ctx.Done()
	relayed, owed := false, false
	for {
		select {
		case s := <-signals:
			if !owed { // The context may have ended by this very signal.
				_ = cmd.Process.Signal(s)
			}
			relayed, owed = true, false
		case <-done:
			done = nil
			if !relayed {
				_ = cmd.Process.Signal(syscall.SIGTERM)
				owed = true
			}
		case err := <-ended:
			if kind == Paths {
				// Killed itself, it could kill nothing.
				killDescendants()
			}
			reclaimTerminal()
			return exitError(err)
		}
	}
}

// exitError is how the child ended, with a shell's number for a signal.
func exitError(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return &ExitError{Code: 128 + int(status.Signal())}
	}
	return &ExitError{Code: exit.ExitCode()}
}

// watch waits for the end of the parent. The kernel has killed a process behind required walls by then, except where the parent died before
// the death signal was set.
func watch(kind Kind, line *os.File) {
	_, _ = line.Read(make([]byte, 1))
	if kind == Required {
		_ = unix.Kill(-1, unix.SIGKILL)
	} else {
		killDescendants()
	}
	_ = unix.Kill(os.Getpid(), unix.SIGTERM)
}

// closeOnExec is CloseRange for kernels before 5.11.
func closeOnExec() {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd >= lifeline {
			unix.CloseOnExec(fd)
		}
	}
}

// reclaimTerminal makes this process's group the foreground one again, after a shell behind the walls was.
func reclaimTerminal() {
	fd := int(os.Stdin.Fd())
	if _, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err != nil {
		return
	}
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	_ = unix.IoctlSetPointerInt(fd, unix.TIOCSPGRP, unix.Getpgrp())
}
