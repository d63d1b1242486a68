package main

import (
	"context"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// runMetadata is the action PyprojectMetadata: one session of hooks, from a source to a wheel's metadata.
func runMetadata(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	flags := newFlags("metadata", "Finds out a wheel's metadata: by prepare_metadata_for_build_wheel if the backend has it, else from the wheel.", std)
	addSessionFlags(flags, config)
	addSdistMetadataFlag(flags, config)
	text := func(to *string, name, usage string) { flags.StringVar(to, name, "", usage) }
	text(&config.Output, "output", "the `directory` that receives what the .dist-info holds, without RECORD")
	text(&config.MetadataFile, "metadata-file", "the `file` that receives METADATA")
	text(&config.EntryPoints, "entry-points", "the `file` that receives entry_points.txt, or nothing")
	text(&config.Requirements, "requirements", "the `file` that receives the run-time requirements, one a line")
	text(&config.Log, "log", "the `file` that receives what was built with what, and all that the backend printed")
	return runSession(ctx, flags, args, std, config, session.RunMetadata)
}
