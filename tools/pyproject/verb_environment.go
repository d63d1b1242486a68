package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

const environmentSummary = `Makes the archive of a build environment from locked wheels: each is verified by its hash and laid out as an
installer does, with scripts and byte code for the place that the environment has inside the walls.`

// runEnvironment is the action PyprojectEnvironment.
func runEnvironment(ctx context.Context, args []string, std Streams) error {
	opts := environment.CreateOptions{Program: hook.Caller}
	var label, locked, executable, libc string
	flags := newFlags("environment", environmentSummary, std)
	flags.StringVar(&label, "label", "environment", "`label` of the target, for messages")
	flags.StringVar(&locked, "lock", "", "`path` of the locked environment, as the verb repositories wrote it")
	flags.Func("wheel", "`path` of a locked wheel, repeated; those that the interpreter does not need are ignored", func(path string) error {
		opts.Wheels = append(opts.Wheels, path)
		return nil
	})
	flags.Func("built", "`path` of a wheel that a target has built, in the place of a locked one, repeated", func(path string) error {
		opts.Built = append(opts.Built, path)
		return nil
	})
	flags.StringVar(&opts.Interpreter.Executable, "interpreter", "", "absolute `path` of a system interpreter")
	flags.StringVar(&opts.Interpreter.Archive, "interpreter-archive", "", "`path` of the archive of an in-build interpreter")
	flags.StringVar(&executable, "interpreter-executable", "", "`path` of the executable in that archive, such as bin/python3.13")
	flags.StringVar(&opts.PythonVersion, "python-version", "", "the `version` that the interpreter must have, 3.13 or 3.13.5; empty: any")
	flags.StringVar(&libc, "libc", "", "the oldest C library that the environment has to work with, `NAME-VERSION` such as glibc-2.28; empty: that of this machine")
	flags.StringVar(&opts.Output, "output", "", "`path` of the archive to write")
	flags.StringVar(&opts.Info, "info", "", "`path` of the description to write, as JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("environment: %q is not a flag", flags.Arg(0))
	}
	if locked == "" {
		return usagef("environment: --lock is missing")
	}
	if opts.Output == "" {
		return usagef("environment: --output is missing")
	}
	source, err := interpreterSource(opts.Interpreter.Executable, opts.Interpreter.Archive, executable)
	if err != nil {
		return usagef("environment: %w", err)
	}
	opts.Interpreter = source
	if libc != "" {
		name, version, ok := strings.Cut(libc, "-")
		if !ok {
			return usagef("environment: --libc is NAME-VERSION, not %q", libc)
		}
		opts.Libc = interpreter.Libc{Name: name, Version: version}
	}
	if opts.Lock, err = lock.ReadEnvironment(locked); err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	if _, err := environment.Create(ctx, opts); err != nil {
		return fmt.Errorf("%s: %w", label, err)
	}
	return nil
}

// interpreterSource puts the three flags that name an interpreter together.
func interpreterSource(system, archive, executable string) (interpreter.Source, error) {
	switch {
	case (system == "") == (archive == ""):
		return interpreter.Source{}, fmt.Errorf("exactly one of --interpreter and --interpreter-archive is needed")
	case archive != "" && executable == "":
		return interpreter.Source{}, fmt.Errorf("--interpreter-archive needs --interpreter-executable")
	case archive == "" && !filepath.IsAbs(system):
		return interpreter.Source{}, fmt.Errorf("--interpreter %q is not an absolute path", system)
	case archive != "" && !filepath.IsLocal(executable):
		return interpreter.Source{}, fmt.Errorf("--interpreter-executable %q is not a path below the archive's root", executable)
	case archive != "":
		return interpreter.Source{Archive: archive, Executable: executable}, nil
	}
	return interpreter.Source{Executable: system}, nil
}
