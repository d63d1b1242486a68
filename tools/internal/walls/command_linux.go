package walls

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"golang.org/x/sys/unix"
)

// errClosed is what a room says that is closed already.
var errClosed = errors.New("the room is closed")

// Run runs one program to its end and kills whatever it left running, before it returns. The error is an *exec.ExitError for
// a program that failed, and wraps the context's cause where that stopped it.
func (r *Room) Run(ctx context.Context, c Command) error {
	r.running.Lock()
	defer r.running.Unlock()
	if err := r.Wait(); err != nil {
		return err
	}
	if r.keeper == nil {
		return fmt.Errorf("start %s: %w", c.Path, errClosed)
	}
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("start %s: %w", c.Path, err)
	}
	attr, err := attributes(c)
	if err != nil {
		return err
	}
	if c.Dir == "" {
		c.Dir = r.Inside(Source)
	}
	if c.Env == nil {
		c.Env = r.Environ()
	}
	cmd := &exec.Cmd{
		Path: c.Path, Args: append([]string{c.Path}, c.Args...), Dir: c.Dir, Env: c.Env,
		Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.Stderr, ExtraFiles: c.ExtraFiles, SysProcAttr: attr,
	}
	if err := r.keeper.start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", c.Path, err)
	}
	stopped := r.await(ctx, cmd.Process.Pid)
	err = cmd.Wait()
	r.reap()
	if stopped != nil {
		return fmt.Errorf("stop %s: %w", c.Path, stopped)
	}
	return err
}

// await returns when the program has ended and nothing that it started is left but zombies, with the context's cause if
// that ended it. The program itself is left to be waited for, which keeps its number from being used again. Only after this
// may its output be waited for: a daemon holds the pipes.
func (r *Room) await(ctx context.Context, pid int) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
			if !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}()
	var stopped error
	select {
	case <-ended:
	case <-ctx.Done():
		stopped = context.Cause(ctx)
		r.kill(pid)
		<-ended
	}
	r.kill(pid)
	return stopped
}
