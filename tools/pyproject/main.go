// Command pyproject is the one helper of rules_pyproject: repository rules, actions and people call it.
//
// Usage: pyproject VERB [ARGUMENT…]
//
// "pyproject help" lists the verbs, "pyproject help VERB" the flags of one. An argument @FILE stands for the lines of
// FILE, one argument a line; nothing in it is trimmed, quoted or a comment, and no line is too long.
//
// The exit code is 0 when the verb did what was asked, 1 when it could not, 2 when the command line was wrong, and 3 when a session could not, or is
// not to be trusted, for the only reason that the file system of its --cache-root is full.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// Version is the helper's own version, the module's in MODULE.bazel.
const Version = "0.1.0"

// Streams are the process's three standard streams, handed to a verb so that tests can run it without a process.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// verb is one thing that the helper does. run gets the arguments after the verb, with every @FILE expanded.
type verb struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, std Streams) error
}

// verbs is the table of what there is, in the order in which a build uses them. Each verb lives in verb_NAME.go.
var verbs = []verb{
	{"wheel", "build a wheel with the project's own backend, in walls", runWheel},
	{"sdist", "build an sdist with the project's own backend, in walls", runSdist},
	{"metadata", "find out a wheel's metadata, without a build where the backend can", runMetadata},
	{"metadata-match", "hold metadata against those of the wheel", runMetadataMatch},
	{"version", "print the helper's version", runVersion},
	{"walls", "try whether this machine allows required walls", runWalls},
	{"fetch", "read one URL into a file", runFetch},
	{"repositories", "describe the repositories of locks for the module extension", runRepositories},
	{"offer", "choose among the files that an index has for a lock's hashes", runOffer},
	{"interpreter", "pack an in-build Python interpreter into one archive", runInterpreter},
	{"environment", "make the archive of a build environment from locked wheels", runEnvironment},
	{"generate", "write BUILD files, MODULE.bazel and locks for the projects below a directory", runGenerate},
	{"lock", "write the lock of a project's build requirements, with uv", runLock},
	{"requires", "ask a project's hooks what they need, for the verb lock", runRequires},
	{"shell", "open the room of a build for a person", runShell},
	{"watch", "build a wheel again whenever its sources change", runWatch},
	{"library", "lay a wheel out as an import tree", runLibrary},
	{"cache", "look at the cache directories of warm builds, and empty them", runCache},
	{"compare", "list in what two wheels differ", runCompare},
	{"replay", "build revisions of a source warm and cold, and compare the wheels", runReplay},
}

// usageError is a wrong command line: exit code 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// usagef makes the error for a wrong command line.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() {
	// A verb works for a moment, mostly in other processes. With Go's default it would collect its few megabytes several times.
	debug.SetGCPercent(400)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}

// run is main without the process: it finds the verb, runs it, and turns its error into text and an exit code.
func run(ctx context.Context, args []string, std Streams) int {
	err := dispatch(ctx, args, std)
	var ended *walls.ExitError
	var usage usageError
	var full *session.FullError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &ended):
		// The process that walls.Reenter started in this one's place has said what there was to say.
		return ended.Code
	case errors.As(err, &usage):
		fmt.Fprintf(std.Err, "pyproject: %v\n", err)
		return 2
	case errors.As(err, &full):
		fmt.Fprintf(std.Err, "pyproject: %v\n", err)
		return exitFull
	default:
		fmt.Fprintf(std.Err, "pyproject: %v\n", err)
		return 1
	}
}

func dispatch(ctx context.Context, args []string, std Streams) error {
	if len(args) == 0 {
		printUsage(std.Err)
		return usagef("no verb given")
	}
	name, rest := args[0], args[1:]
	if name == "help" && len(rest) > 0 {
		name, rest = rest[0], []string{"--help"}
	}
	switch name {
	case "help", "-h", "-help", "--help":
		printUsage(std.Out)
		return nil
	}
	for _, v := range verbs {
		if v.name != name {
			continue
		}
		if isWorker(name, rest) {
			return runWorker(ctx, name, rest, std)
		}
		expanded, err := expandArgs(rest)
		if err != nil {
			return usageError{err}
		}
		return v.run(ctx, expanded, std)
	}
	return usagef("there is no verb %q; \"pyproject help\" lists them", name)
}

func printUsage(w io.Writer) {
	fmt.Fprintf(w, "Usage: pyproject VERB [ARGUMENT…]\n\nVerbs:\n")
	for _, v := range verbs {
		fmt.Fprintf(w, "  %-14s %s\n", v.name, v.summary)
	}
	fmt.Fprintf(w, "  %-14s %s\n", "help", "list the verbs, or the flags of one")
	fmt.Fprintf(w, "\nAn argument @FILE stands for the lines of FILE, one argument a line, exactly.\n")
}

func runVersion(_ context.Context, args []string, std Streams) error {
	if len(args) > 0 {
		return usagef("version takes no arguments")
	}
	fmt.Fprintln(std.Out, Version)
	return nil
}

// expandArgs replaces each @FILE by that file's lines. A file's own lines are never expanded again: a source file whose
// name starts with @ is only a name.
func expandArgs(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		path, isFile := strings.CutPrefix(arg, "@")
		if !isFile {
			out = append(out, arg)
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read params file: %w", err)
		}
		out = append(out, splitParams(string(data))...)
	}
	return out, nil
}

// splitParams splits a params file as Bazel's "multiline" format writes it: every argument, an empty one too, ends with
// one newline. A last line without a newline is an argument as well.
func splitParams(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// newFlags makes the flag set of a verb: its usage text goes to std.Out on --help, and an error in it is a usage error.
func newFlags(name, summary string, std Streams) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {
		fmt.Fprintf(std.Out, "Usage: pyproject %s [FLAG…]\n\n%s\n\nFlags:\n", name, summary)
		flags.SetOutput(std.Out)
		flags.PrintDefaults()
		flags.SetOutput(io.Discard)
	}
	return flags
}

// parseFlags parses args; only --help prints the whole usage text, a mistake is one line.
func parseFlags(flags *flag.FlagSet, args []string) error {
	usage := flags.Usage
	flags.Usage = func() {}
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		usage()
		return err
	}
	if err != nil {
		return usagef("%s: %w; \"pyproject help %s\" lists the flags", flags.Name(), err, flags.Name())
	}
	return nil
}
