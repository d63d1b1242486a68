// Benchmark measures how long wheels take, and what of that time is not the backend's own, next to `uv build` and pypa/build.
//
//	go run ./tools/benchmark                      # all of it, about half an hour on two cores
//	go run ./tools/benchmark -cases=idna,crcmod -runs=3
//	tools/bazel run //tools/benchmark -- -parts=unpack
//
// Everything is measured in one run, in turn (A B C A B C …), with one interpreter, because only ratios of times that were
// taken side by side mean something on a machine that does other things too. Times are never asserted; docs/performance.md
// has the last results, and the targets. Each measurement waits until the machine does nothing else, while -patience lasts; the
// report says how many began on a busy one.
//
// Set-up installs uv and pypa/build with pip into the user's cache directory, downloads what each case's lock names there, and
// builds each case once. After that nothing but the part relock has the network: the frontends get the locked wheels from a directory, which is
// faster than any index.
//
// The parts, for -parts:
//
//	wheels    each published sdist of rules/tests/cases: the action PyprojectWheel in Bazel, the helper's verb by itself,
//	          `uv build --wheel --force-pep517`, `python -m build --wheel` with pip and with uv as the installer; and, where the
//	          backend is uv_build, uv's own way past the backend
//	in-build  the action and the verb again, with an in-build interpreter
//	inputs    how many files the action has besides its sources
//	unpack    an environment of 1,500 files, to a memory file system
//	relock    the verb lock where nothing has changed, beside uv with the same arguments; it needs the network
//	warm      four published projects that compile, in source trees: a full build, builds after an edit of one file, and builds with nothing
//	          edited, here with --config=incremental, by the backend itself in its tree (the limit), and by the frontends
//	locks     reading 500 locks, and a large one: the helper's verb by itself, and the module extension
//	nothing   a build of the examples with nothing to do
//
// Where tools/bazel brings a root of its own with Debian's Bazel, the frontends have to run in it to have the same interpreter, so
// the program starts itself again there; "locks" and "nothing" alone are measured from outside, as a user types it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	workspace  string
	outputBase string
	buildFlags []string
	runs       int
	cases      []string
	inBuild    string
	parts      []string
	projects   []string
	contenders []string
	plot       string
	inside     bool
	quiet      *quiet
}

var allParts = []string{"wheels", "in-build", "inputs", "unpack", "warm", "relock", "locks", "nothing"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

func parseOptions(args []string) (*options, error) {
	o := &options{quiet: &quiet{glance: 200 * time.Millisecond, shares: processorTime}}
	flags := flag.NewFlagSet("benchmark", flag.ContinueOnError)
	flags.StringVar(&o.workspace, "workspace", os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "the checkout's `directory` (default: the current one)")
	flags.StringVar(&o.outputBase, "output-base", "", "Bazel's output base (`directory`), for a server of its own")
	flags.Func("build-flag", "a `flag` for the builds of the set-up, such as --disk_cache=DIR; what is measured has no cache (repeated)", func(value string) error {
		o.buildFlags = append(o.buildFlags, value)
		return nil
	})
	flags.IntVar(&o.runs, "runs", 5, "how `often` each thing is measured")
	cases := flags.String("cases", strings.Join(caseNames(), ","), "the `names` of the cases")
	parts := flags.String("parts", strings.Join(allParts, ","), "what to measure")
	projects := flags.String("projects", strings.Join(warmProjectNames(), ","), "the `names` of the projects of the part warm")
	contenders := flags.String("contenders", strings.Join(warmContenders, ","), "what builds in the part warm (`names`); of the others the last results stay")
	flags.StringVar(&o.plot, "plot", "", "the `file` that receives a plot of the part warm, an SVG")
	flags.StringVar(&o.inBuild, "in-build", "@debian_python_3_13//:all", "the toolchains (`label`) of the in-build interpreter")
	flags.DurationVar(&o.quiet.patience, "patience", 10*time.Minute, "how `long`, in all, to wait for moments in which the machine does nothing else")
	flags.BoolVar(&o.inside, "inside", false, "set by the program itself when it has started itself again in Bazel's root")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	o.cases, o.parts = strings.Split(*cases, ","), strings.Split(*parts, ",")
	o.contenders = strings.Split(*contenders, ",")
	if *projects != "" {
		o.projects = strings.Split(*projects, ",")
	}
	for _, names := range []struct {
		what         string
		given, known []string
	}{{"part", o.parts, allParts}, {"project", o.projects, warmProjectNames()}, {"contender", o.contenders, warmContenders}} {
		if err := checkNames(names.what, names.given, names.known); err != nil {
			return nil, err
		}
	}
	if o.plot != "" {
		var err error
		if o.plot, err = filepath.Abs(o.plot); err != nil {
			return nil, err
		}
	}
	if o.runs < 1 {
		return nil, fmt.Errorf("-runs=%d measures nothing", o.runs)
	}
	var err error
	if o.workspace == "" {
		o.workspace = "."
	}
	o.workspace, err = filepath.Abs(o.workspace)
	return o, err
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	bazel := &bazel{checkout: o.workspace, workspace: o.workspace, outputBase: o.outputBase}
	own, err := bazel.ownRoot(ctx)
	if err != nil {
		return err
	}
	if !o.inside {
		heading(ctx, out)
	}
	if own && !o.inside {
		if o.plot != "" {
			args = append(args, "-plot="+o.plot) // it starts again in the checkout
		}
		if err := again(ctx, bazel, args, out); err != nil {
			return err
		}
	} else if err := measureInside(ctx, o, bazel, out); err != nil {
		return err
	}
	if slices.Contains(o.parts, "locks") && !o.inside {
		if err := measureLocks(ctx, o, bazel, out); err != nil {
			return fmt.Errorf("locks: %w", err)
		}
	}
	if slices.Contains(o.parts, "nothing") && !o.inside {
		if err := measureNothing(ctx, o, bazel, out); err != nil {
			return err
		}
	}
	if !o.inside {
		fmt.Fprintf(out, "\nLoad at the end: %s.\n", load())
	}
	return nil
}

// again starts this program with the same flags in Bazel's root.
func again(ctx context.Context, bazel *bazel, args []string, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, bazel.launcher(), slices.Concat([]string{"in-root", self, "-inside", "-workspace=" + bazel.workspace}, args)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = bazel.workspace, out, os.Stderr
	// An interrupted benchmark ends what it is measuring, and then itself.
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 10*time.Second
	return cmd.Run()
}

// measureInside measures all that has to run where Bazel runs.
func measureInside(ctx context.Context, o *options, bazel *bazel, out io.Writer) error {
	steps := []struct {
		part    string
		measure func(context.Context, *options, *bazelSession, io.Writer) error
	}{
		{"wheels", measureWheels}, {"in-build", measureInBuild}, {"inputs", measureInputs}, {"unpack", measureUnpack}, {"relock", measureRelock},
	}
	if slices.Contains(o.parts, "warm") {
		if err := measureWarm(ctx, o, out); err != nil {
			return fmt.Errorf("warm: %w", err)
		}
	}
	var session *bazelSession
	for _, step := range steps {
		if !slices.Contains(o.parts, step.part) {
			continue
		}
		if session == nil {
			var err error
			if session, err = bazel.start(ctx, o.buildFlags); err != nil {
				return err
			}
			defer session.close()
		}
		if err := step.measure(ctx, o, session, out); err != nil {
			return fmt.Errorf("%s: %w", step.part, err)
		}
	}
	fmt.Fprintf(out, "\nOf %d measurements %d began while the machine did other things; %s were spent on waiting for moments when it did not.\n",
		o.quiet.measured, o.quiet.disturbed, o.quiet.waited.Round(time.Second))
	return nil
}

// progress says what is going on. Results are on standard output alone.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "benchmark: %s\n", fmt.Sprintf(format, args...))
}
