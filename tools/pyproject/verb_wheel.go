package main

import (
	"context"
	"flag"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// runWheel is the action PyprojectWheel: one session of hooks, from a source to a checked wheel.
func runWheel(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	flags := newFlags("wheel", "Builds a wheel from a source tree or an sdist with its own backend, in walls, and checks it.", std)
	addSessionFlags(flags, config)
	addWheelFlags(flags, config)
	return runSession(ctx, flags, args, std, config, session.Run)
}

// addWheelFlags adds what only the verb wheel takes: outputs, and what is expected of them.
func addWheelFlags(flags *flag.FlagSet, c *session.Config) {
	text := func(to *string, name, usage string) { flags.StringVar(to, name, "", usage) }
	addOutputFlags(text, c, "wheel")
	addSdistMetadataFlag(flags, c)
	text(&c.Metadata, "metadata", "the `directory` that receives the wheel's .dist-info")
	flags.Func("native-extensions", "whether the wheel holds native code: `auto`, required or forbidden", func(value string) (err error) {
		c.NativeExtensions, err = wheel.ParseNative(value)
		return err
	})
}
