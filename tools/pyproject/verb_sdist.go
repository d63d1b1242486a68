package main

import (
	"context"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// runSdist is the action PyprojectSdist: one session of hooks, from a source tree to a checked sdist.
func runSdist(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	flags := newFlags("sdist", "Builds an sdist from a source tree with its own backend, in walls, and checks it.", std)
	addSessionFlags(flags, config)
	addOutputFlags(func(to *string, name, usage string) { flags.StringVar(to, name, "", usage) }, config, "sdist")
	return runSession(ctx, flags, args, std, config, session.RunSdist)
}
