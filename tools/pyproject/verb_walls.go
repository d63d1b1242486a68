package main

import (
	"context"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

const wallsSummary = `Tries whether this machine lets the helper build required walls: the exit code is 0 where it does, and otherwise the
error says what refused.`

// runWalls is run by a repository rule, which makes the answer the default of //rules/settings:walls.
func runWalls(ctx context.Context, args []string, std Streams) error {
	flags := newFlags("walls", wallsSummary, std)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("walls: %q is not a flag", flags.Arg(0))
	}
	return walls.Available(ctx)
}
