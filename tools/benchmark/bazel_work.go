package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// exampleTree is a project with a source tree; the cases have one source, the sdist.
const exampleTree = "//examples/hatchling:wheel"

// measureInputs counts.
func measureInputs(ctx context.Context, o *options, s *bazelSession, out io.Writer) error {
	chosen, err := chosenCases(o.cases)
	if err != nil {
		return err
	}
	var labels []string
	for _, c := range chosen {
		labels = append(labels, c.label())
	}
	for _, kind := range []struct {
		with  string
		flags []string
	}{{"a system interpreter", nil}, {"an in-build interpreter", []string{"--extra_toolchains=" + o.inBuild}}} {
		var own []float64
		var most []string
		for _, label := range append(slices.Clone(labels), exampleTree) {
			action, err := s.action(ctx, kind.flags, label)
			if err != nil {
				return err
			}
			own = append(own, float64(len(action.own)))
			if len(action.own) > len(most) {
				most = action.own
			}
		}
		fmt.Fprintf(out, "\nInputs of an action besides its sources, with %s: %s. The most are:\n\n", kind.with, summarise(own).times())
		for _, input := range most {
			fmt.Fprintf(out, "    %s\n", input)
		}
	}
	return nil
}

// measureNothing measures a build in which everything is up to date, as a user types it.
func measureNothing(ctx context.Context, o *options, bazel *bazel, out io.Writer) error {
	const targets = "//examples/..."
	progress("building %s", targets)
	if _, err := bazel.output(bazel.command(ctx, "build", append(slices.Clone(o.buildFlags), targets)...)); err != nil {
		return err
	}
	var times []float64
	for range 2*o.runs + 1 {
		o.quiet.wait(ctx)
		start := time.Now()
		if _, err := bazel.output(bazel.command(ctx, "build", append(slices.Clone(o.buildFlags), targets)...)); err != nil {
			return err
		}
		times = append(times, milliseconds(time.Since(start)))
	}
	_, err := fmt.Fprintf(out, "\n`tools/bazel build %s` with nothing to do: %s ms, %d runs.\n", targets, summarise(times[1:]).times(), len(times)-1)
	return err
}
