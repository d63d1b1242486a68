package walls

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// keeper is the one operating system thread that starts the programs of a room. What it changes about itself (root
// directory, mount namespace, umask, privileges) is so for its children and for no other thread of the helper. It lives as
// long as the room: the kernel sends a parent's death signal when the thread that forked ends, not the process.
type keeper struct {
	work chan func()
	done chan struct{}
	once sync.Once
}

// newKeeper starts the thread; enter, which may be nil, runs on it and shuts it in.
func newKeeper(enter func() error) (*keeper, error) {
	k := &keeper{work: make(chan func()), done: make(chan struct{})}
	ready := make(chan error)
	go func() {
		defer close(k.done)
		// Never unlocked: the thread, unfit for anything else, ends with this goroutine.
		runtime.LockOSThread()
		err := settle(enter)
		ready <- err
		if err != nil {
			return
		}
		for f := range k.work {
			f()
		}
	}()
	if err := <-ready; err != nil {
		return nil, err
	}
	return k, nil
}

// settle prepares the calling thread for its children.
func settle(enter func() error) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare the working directory: %w", err)
	}
	unix.Umask(0o022)
	// Orphans become the helper's children, so that it finds them. As the first process of a namespace it adopts them anyway.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("adopt orphans: %w", err)
	}
	// No core dumps: they cost time, and where they go is the machine's affair.
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("limit core dumps: %w", err)
	}
	// Keys of the caller's session are not for hooks. Kernels and containers without keyrings have none to give.
	_, _ = unix.KeyctlJoinSessionKeyring("")
	if enter != nil {
		if err := enter(); err != nil {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	return nil
}

// start starts a command on the keeper's thread.
func (k *keeper) start(cmd *exec.Cmd) error {
	result := make(chan error)
	k.work <- func() { result <- cmd.Start() }
	return <-result
}

// stop ends the thread.
func (k *keeper) stop() {
	k.once.Do(func() { close(k.work) })
	<-k.done
}

// attributes says how a program is started: it dies with the keeper, in a session of its own, so that it has no terminal.
func attributes(c Command) (*syscall.SysProcAttr, error) {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if !c.Terminal {
		a.Setsid = true
		return a, nil
	}
	terminal, ok := c.Stdin.(*os.File)
	if !ok {
		return nil, fmt.Errorf("start %s: a terminal is asked for, and standard input is none", c.Path)
	}
	a.Setpgid, a.Foreground, a.Ctty = true, true, int(terminal.Fd())
	return a, nil
}
