package main

import (
	"context"
	"fmt"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

const interpreterSummary = `Makes the archive of an in-build interpreter from its files, with byte code that is valid wherever it is
unpacked, and without test suites, static libraries, and packages that are installed in it.`

// runInterpreter is the action PyprojectInterpreter.
func runInterpreter(ctx context.Context, args []string, std Streams) error {
	var opts interpreter.PackOptions
	flags := newFlags("interpreter", interpreterSummary, std)
	label := flags.String("label", "interpreter", "`label` of the target, for messages")
	flags.StringVar(&opts.Prefix, "prefix", "", "`path` of the directory with bin and lib, the archive's root")
	flags.Func("file", "`path` of a file of the interpreter or of a directory of files, repeated, all below the prefix", func(path string) error {
		opts.Files = append(opts.Files, path)
		return nil
	})
	flags.StringVar(&opts.Executable, "executable", "", "`path` of the executable below the prefix; empty: bin/python3")
	flags.StringVar(&opts.Output, "output", "", "`path` of the archive to write")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("interpreter: %q is not a flag", flags.Arg(0))
	}
	if opts.Prefix == "" || opts.Output == "" {
		return usagef("interpreter: --prefix and --output are needed")
	}
	if err := interpreter.Pack(ctx, opts); err != nil {
		return fmt.Errorf("%s: %w", *label, err)
	}
	return nil
}
