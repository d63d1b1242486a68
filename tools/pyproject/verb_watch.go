package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/buildfile"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/watch"
)

// runWatch builds a wheel again whenever its sources change: `watch FLAG… [-- BAZEL'S FLAG…]`.
func runWatch(ctx context.Context, args []string, std Streams) error {
	flags := newFlags("watch", "Builds a target whenever a file below its directories changes, and says where the wheel is and how long it took.\n"+
		"What follows \"--\" are flags for `bazel build`. It ends when it is interrupted.", std)
	target := flags.String("target", "", "the `label` of the wheel")
	bazel := flags.String("bazel", "", "the `program` that is Bazel; the default is the bazel or bazelisk on PATH, else tools/bazel of the workspace")
	workspace := flags.String("workspace", os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "the `directory` of the workspace; `bazel run` says which")
	var directories, defaults []string
	flags.Func("directory", "a `directory` with sources, relative to the workspace (repeated)", func(value string) error {
		directories = append(directories, value)
		return nil
	})
	flags.Func("flag", "a `flag` for bazel build (repeated)", func(value string) error {
		defaults = append(defaults, value)
		return nil
	})
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if *target == "" || *workspace == "" || len(directories) == 0 {
		return usagef("watch: --target, --directory and --workspace are needed; `bazel run` of a pyproject_watch gives them")
	}
	build := &watch.Build{Bazel: *bazel, Workspace: *workspace, Flags: append(defaults, flags.Args()...), Target: *target, Output: std.Err}
	if build.Bazel == "" {
		var err error
		if build.Bazel, err = watch.FindBazel(*workspace); err != nil {
			return labelled(*target, err)
		}
	}
	for i, directory := range directories {
		directories[i] = filepath.Join(*workspace, directory)
	}
	watcher, err := watch.New(directories, watch.Skip(*workspace, buildfile.NotSource))
	if err != nil {
		return labelled(*target, err)
	}
	defer watcher.Close()
	return labelled(*target, watchLoop(ctx, watcher, build, std))
}

// watchLoop builds, waits, and builds again, until ctx ends. A build that fails is not the end: its source is about to be mended.
func watchLoop(ctx context.Context, watcher *watch.Watcher, build *watch.Build, std Streams) error {
	for {
		start := time.Now()
		files, err := build.Run(ctx)
		took := time.Since(start).Round(time.Millisecond)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, watch.ErrFailed):
			fmt.Fprintf(std.Out, "%s: failed in %s; waiting for a change\n", build.Target, took)
		case err != nil:
			return err
		default:
			for _, file := range files {
				fmt.Fprintf(std.Out, "%s: %s in %s: %s\n", build.Target, filepath.Base(file), took, file)
			}
		}
		if _, err := watcher.Wait(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}
