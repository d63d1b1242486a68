package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
)

// check is "lock --check": it holds the lock against what is wanted, and needs neither uv nor a network.
func (c *lockCommand) check(ctx context.Context, std Streams) error {
	wanted, err := c.wanted(ctx, std)
	if err != nil {
		return err
	}
	wanted = append(wanted, constrained(c.overrides)...)
	root, name := filepath.Split(c.out)
	locked, err := lock.Read(root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no lock %s\n%s", c.lockTitle, c.repair("write it"))
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, c.repair("write the lock again"))
	}
	if c.command == "" {
		c.command = locked.Command
	}
	problems, err := repository.Unsatisfied(locked, wanted, c.python)
	if err != nil {
		return fmt.Errorf("check %s: %w", c.lockTitle, err)
	}
	if len(problems) > 0 {
		return fmt.Errorf("the lock %s does not satisfy what it is for:\n  - %s\n%s",
			c.lockTitle, strings.Join(problems, "\n  - "), c.repair("write the lock again"))
	}
	return c.checkSources()
}

// checkSources holds the locks that are there against no_prebuilt.
func (c *lockCommand) checkSources() error {
	if !c.sourcing.noPrebuilt {
		return nil
	}
	closure, _, err := c.readClosure()
	if err != nil {
		return err
	}
	return c.checkClosure(closure)
}

// repair is what helps, with the command where one is known.
func (c *lockCommand) repair(what string) string {
	if c.command != "" {
		what += ": " + c.command
	}
	return "Possible fixes:\n  - " + what
}
