package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/patch"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
)

const lockSummary = `Writes the lock of the build requirements of projects: those that each pyproject.toml declares and those of --requirement,
with all that they require, each file pinned by its hash. The name of --out decides on the format: pylock.toml and
pylock.NAME.toml are PEP 751's, all others are pip's. What the lock pins already stays where it still fits. When anything
fails, nothing is written. With --check nothing is written in any case: whether the lock is good is all that is asked.`

// lockCommand are the flags of the verb lock.
type lockCommand struct {
	sources                        []*lockSource
	out, uv, python, index         string
	command                        string
	title, lockTitle               string // what the lock is for, and the lock, as the user wrote them
	relativeTo                     string
	inWorkspace, upgrade, checking bool
	upgradePackages                []string
	requirements                   []requirement.Requirement
	wheels                         []resolver.Wheel
	standIns                       []requirement.Distribution // of tools
	overrides                      *override.Set
	patches                        patch.Series // of the sdist
	old                            *lock.Lock   // the lock that is there, or nil
	asking                         lockAsking
	sourcing                       lockSourcing
}

func runLock(ctx context.Context, args []string, std Streams) error {
	c, err := parseLock(args, std)
	if err != nil {
		return err
	}
	if c.checking {
		return c.check(ctx, std)
	}
	if c.sourcing.tree {
		return c.writeTree(std)
	}
	if c.asking.hostPackages {
		fmt.Fprintln(std.Err, "warning: hooks are asked with the host's packages (host_site_packages): what they find there they may not ask for")
	}
	wanted, err := c.wanted(ctx, std)
	if err != nil {
		return err
	}
	root, name := filepath.Split(c.out)
	old := c.existing(root, name, std)
	c.old = old
	opts := resolver.Options{
		Title: c.title, UV: c.uv, Python: c.python, Requirements: requirements(wanted), Wheels: c.wheels, StandIns: c.standIns, Overrides: c.overrides, Preferred: old, Upgrade: c.upgradePackages,
	}
	if c.upgrade {
		opts.Preferred = nil
	}
	if opts.Index, err = indexFrom(c.index); err != nil {
		return err
	}
	opts.AddIndexes(old)
	closure, texts, err := c.resolve(ctx, opts, std)
	if err != nil {
		return err
	}
	if err := c.checkUpgraded(closure.Lock); err != nil {
		return err
	}
	if err := c.checkClosure(closure); err != nil {
		return err
	}
	written, changed, err := c.write(texts)
	if err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	if !written {
		fmt.Fprintf(std.Err, "%s is up to date\n", c.lockTitle)
		return nil
	}
	for _, line := range c.overrides.Lines() {
		fmt.Fprintf(std.Err, "override %s\n", line)
	}
	for _, line := range append(resolver.Changes(old, closure.Lock), changed...) {
		fmt.Fprintf(std.Err, "%s\n", line)
	}
	fmt.Fprintf(std.Err, "%s written: %d distributions\n", c.lockTitle, len(closure.Lock.Packages)+len(closure.Lock.Wheels))
	return nil
}

// checkUpgraded refuses names that nothing locked has: one is misspelt, or no longer needed.
func (c *lockCommand) checkUpgraded(resolved *lock.Lock) error {
	for _, name := range c.upgradePackages {
		if !slices.ContainsFunc(resolved.Packages, func(p lock.Package) bool { return p.Name == name }) {
			return fmt.Errorf("--upgrade-package: %s needs no distribution called %s", c.title, name)
		}
	}
	return nil
}

// text is the file that a lock becomes.
func (c *lockCommand) text(l *lock.Lock, name string) ([]byte, error) {
	l.Path, l.Command = name, c.command
	if c.old != nil {
		l.IndexURLs, l.MainIndex = c.old.IndexURLs, c.old.MainIndex
	}
	var text bytes.Buffer
	err := lock.Write(&text, l, lock.FormatOf(name))
	return text.Bytes(), err
}

// existing reads the lock that is there. A broken one is what people run this verb to repair.
func (c *lockCommand) existing(root, name string, std Streams) *lock.Lock {
	old, err := lock.Read(root, name)
	switch {
	case err == nil:
		return old
	case !errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(std.Err, "the lock that is there can't be read and is written anew: %v\n", err)
	}
	return nil
}

// replace writes a file whole or not at all, and leaves it alone where nothing changes.
func replace(path string, content []byte) (written bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return false, nil
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return false, err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(temporary.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	return err == nil, err
}
