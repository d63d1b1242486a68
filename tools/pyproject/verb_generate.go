package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/workspace"
)

const generateSummary = `Finds every project below DIRECTORY (default: the working directory) and writes what Bazel needs to build its wheel: a lock
target and a wheel target in its BUILD file, its lock in MODULE.bazel, and the lock itself, if there is none yet. What
people wrote stays. BUILD files and MODULE.bazel are written together or, when one of them can't be read, not at all; each
lock stands for itself. docs/getting-started.md begins with it, docs/generate.md has the rules.`

// generateCommand are the flags of the verb generate.
type generateCommand struct {
	dir         string
	check, lock bool
	lockFlags   string
}

func runGenerate(ctx context.Context, args []string, std Streams) error {
	c, err := parseGenerate(args, std)
	if err != nil {
		return err
	}
	plan, err := workspace.New(c.dir, Version)
	if err != nil {
		return err
	}
	c.describe(plan, std)
	if c.check {
		if stale := len(plan.Files) + len(plan.Locks); stale > 0 {
			return fmt.Errorf("%d of these files are not as they should be; nothing was written.\nPossible fixes:\n"+
				"  - bazel run @rules_pyproject//tools/pyproject -- generate", stale)
		}
		return nil
	}
	if err := plan.Write(); err != nil {
		return err
	}
	return c.writeLocks(ctx, plan, std)
}

func parseGenerate(args []string, std Streams) (*generateCommand, error) {
	c := &generateCommand{}
	flags := newFlags("generate", generateSummary, std)
	flags.BoolVar(&c.check, "check", false, "write nothing, and resolve nothing; fail if something would be written")
	flags.BoolVar(&c.lock, "lock", true, "write the locks that are missing, which needs the network")
	flags.StringVar(&c.lockFlags, "lock-flags", "", "`path` of flags of the verb lock, one a line: what a lock target without attributes gives it. Without it uv is looked for on PATH, and hooks are not asked")
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	if flags.NArg() > 1 {
		return nil, usagef("generate takes one directory, and got %q; flags come before it", flags.Args())
	}
	dir := flags.Arg(0)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), dir)
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, usagef("generate: %w", err)
	}
	c.dir = dir
	return c, nil
}

// describe says what was found and what is done.
func (c *generateCommand) describe(plan *workspace.Plan, std Streams) {
	for _, s := range plan.Skipped {
		fmt.Fprintf(std.Out, "skipped  %s: %s\n", s.Path, s.Why)
	}
	for _, file := range plan.Files {
		verb := "changed"
		if file.IsNew {
			verb = "created"
		}
		for _, done := range file.Done {
			fmt.Fprintf(std.Out, "%s  %s: %s\n", verb, file.Path, done)
		}
	}
	if c.check {
		for _, lock := range plan.Locks {
			fmt.Fprintf(std.Out, "missing  %s: bazel run %s\n", lock.File, lock.Target)
		}
	}
	fmt.Fprintf(std.Out, "projects: %d, files to write: %d, locks to write: %d\n", len(plan.Projects), len(plan.Files), len(plan.Locks))
}

// writeLocks writes the locks that are missing, as their targets would. What a target's own attributes say only it knows.
func (c *generateCommand) writeLocks(ctx context.Context, plan *workspace.Plan, std Streams) error {
	var failed []error
	for _, lock := range plan.Locks {
		if !c.lock || !lock.Plain {
			fmt.Fprintf(std.Out, "missing  %s: bazel run %s\n", lock.File, lock.Target)
			continue
		}
		fmt.Fprintf(std.Out, "locking  %s\n", lock.File)
		args, err := c.lockArguments(plan, lock)
		if err != nil {
			return err
		}
		if err := runLock(ctx, args, std); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", lock.Target, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("of %d locks %d could not be written; all else is done.\n%w", len(plan.Locks), len(failed), errors.Join(failed...))
	}
	return nil
}

func (c *generateCommand) lockArguments(plan *workspace.Plan, lock workspace.Lock) ([]string, error) {
	var args []string
	if c.lockFlags != "" {
		data, err := os.ReadFile(c.lockFlags)
		if err != nil {
			return nil, fmt.Errorf("read flags of lock: %w", err)
		}
		args = splitParams(string(data))
	}
	pkg := lock.Package
	if pkg == "" {
		pkg = "."
	}
	if lock.Python != "" {
		args = append(args, "--python-version="+lock.Python)
	}
	return append(args, "--relative-to="+plan.Root, "--project="+pkg, "--out="+lock.File, "--command=bazel run "+lock.Target), nil
}
