//go:build !linux

package walls

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// errNoNamespaces is the answer of every system but Linux to Required.
var errNoNamespaces = errors.New("required walls are Linux namespaces, which this system doesn't have; " +
	"use --@rules_pyproject//rules/settings:walls=paths")

type keeper struct{}

func newKeeper(func() error) (*keeper, error) { return &keeper{}, nil }

type network struct{}

func (*network) wanted() []string { return nil }

func (r *Room) openRequired(context.Context) error { return errNoNamespaces }

func (r *Room) placeTool(link, _, outside string) error { return os.Symlink(outside, link) }

func (r *Room) close() error { return removeAll(r.mount) }

// Reenter returns true for Paths: there is nothing to enter.
func Reenter(_ context.Context, kind Kind) (bool, error) {
	if kind == Required {
		return false, errNoNamespaces
	}
	return true, nil
}

// Available says why required walls can't be had.
func Available(context.Context) error { return errNoNamespaces }

// Run runs one program to its end and kills its process group. What leaves that group survives on these systems.
func (r *Room) Run(ctx context.Context, c Command) error {
	r.running.Lock()
	defer r.running.Unlock()
	syscall.Umask(0o022)
	if c.Dir == "" {
		c.Dir = r.Inside(Source)
	}
	if c.Env == nil {
		c.Env = r.Environ()
	}
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr, c.ExtraFiles
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: !c.Terminal}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.Path, err)
	}
	err := cmd.Wait()
	if !c.Terminal {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("stop %s: %w", c.Path, context.Cause(ctx))
	}
	return err
}

// IsTerminal says that a command can't have a terminal: job control is made for Linux only.
func IsTerminal(*os.File) bool { return false }
