package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// runWheel is the action PyprojectWheel: one session of hooks, from a source to a checked wheel.
func runWheel(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	flags := newFlags("wheel", "Builds a wheel from a source tree or an sdist with its own backend, in walls, and checks it.", std)
	addSessionFlags(flags, config)
	addWheelFlags(flags, config)
	timing := flags.Bool("timing", false, "print to standard error how long each step took")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("wheel takes flags only, and got %q", flags.Arg(0))
	}
	if (config.Output == "") == (config.OutputFile == "") {
		return usagef("wheel needs --output=DIRECTORY, or --output-file=FILE with --file-name=NAME")
	}
	inside, err := walls.Reenter(ctx, config.Walls)
	if err != nil || !inside {
		return labelled(config.Label, err)
	}
	if *timing {
		start := time.Now()
		config.Timing = func(step string, took time.Duration) {
			fmt.Fprintf(std.Err, "%8.1f ms  %8.1f ms  %s\n", milliseconds(time.Since(start)), milliseconds(took), step)
		}
	}
	result, err := session.Run(ctx, config)
	if err != nil {
		return labelled(config.Label, err)
	}
	for _, warning := range result.Warnings {
		fmt.Fprintf(std.Err, "%s: warning: %s\n", config.Label, warning)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// labelled puts the target before an error.
func labelled(label string, err error) error {
	if err == nil || label == "" {
		return err
	}
	return fmt.Errorf("%s: %w", label, err)
}

// addSessionFlags adds what every verb that stages a session takes.
func addSessionFlags(flags *flag.FlagSet, c *session.Config) {
	text := func(to *string, name, usage string) { flags.StringVar(to, name, "", usage) }
	list := func(to *[]string, name, usage string) {
		flags.Func(name, usage+" (repeated)", func(value string) error {
			*to = append(*to, value)
			return nil
		})
	}
	text(&c.Label, "label", "the target's `label`, for messages")
	text(&c.Environment, "environment", "the `archive` of the build environment")
	text(&c.EnvironmentInfo, "environment-info", "the JSON `file` that describes it")
	text(&c.Lock, "lock", "what messages call the lock, such as its `label`")
	text(&c.Repair, "repair", "the `command` that brings the lock up to date, for messages")
	text(&c.Interpreter, "interpreter", "the absolute `path` of a system interpreter")
	text(&c.InterpreterArchive, "interpreter-archive", "the `archive` of an in-build interpreter, in the place of --interpreter")
	text(&c.InterpreterExecutable, "interpreter-executable", "the executable's `path` in that archive")
	addSourceFlags(flags, text, c)
	flags.Func("config-setting", "`KEY=VALUE` of config_settings; several values of one key are a list (repeated)", func(value string) error {
		setting, err := hook.ParseSetting(value)
		c.Settings = append(c.Settings, setting)
		return err
	})
	list(&c.Env, "env", "`NAME=VALUE`, an environment variable of the hooks")
	flags.Func("walls", "what separates hooks from the machine: `required` (namespaces) or paths", func(value string) (err error) {
		c.Walls, err = walls.ParseKind(value)
		return err
	})
	flags.DurationVar(&c.Timeout, "timeout", 0, "how long one hook may run, as in 90s or 2h (default: for ever)")
	addToolFlags(flags, list, c)
	addCompilerFlags(text, list, &c.Compilers)
}

// addSourceFlags adds what is built, and how its pyproject.toml is judged.
func addSourceFlags(flags *flag.FlagSet, text func(*string, string, string), c *session.Config) {
	flags.Func("source", "`DEST=PATH`: a file of the source tree, and where it is (repeated; the later of two for one DEST wins)", func(value string) error {
		file, err := session.ParseSource(value)
		c.Sources = append(c.Sources, file)
		return err
	})
	text(&c.SourceRoot, "source-root", "the `directory`, in terms of DEST, that is the source tree's top")
	text(&c.SourceName, "source-name", "the `name` of the directory that the hooks run in (default: the base name of --source-root, else \"source\")")
	text(&c.Sdist, "sdist", "a source distribution (`file`), in the place of --source")
	flags.Func("unknown-build-system-keys", "what an unknown key of [build-system] is: `error` or warning", func(value string) error {
		switch value {
		case "error":
			c.UnknownKeys = project.AsError
		case "warning":
			c.UnknownKeys = project.AsWarning
		default:
			return fmt.Errorf("expected error or warning")
		}
		return nil
	})
}

// addToolFlags adds programs for PATH, and the files that they read.
func addToolFlags(flags *flag.FlagSet, list func(*[]string, string, string), c *session.Config) {
	flags.Func("tool", "`NAME=PATH`: a program for PATH (repeated)", func(value string) error {
		name, path, ok := strings.Cut(value, "=")
		if !ok || name == "" || path == "" {
			return fmt.Errorf("expected NAME=PATH")
		}
		if c.Tools == nil {
			c.Tools = map[string]string{}
		}
		c.Tools[name] = path
		return nil
	})
	list(&c.ExecrootFiles, "execroot-file", "a `path` relative to the working directory that compilers or tools read beside themselves")
}

// addCompilerFlags adds the C++ toolchain.
func addCompilerFlags(text func(*string, string, string), list func(*[]string, string, string), c *session.Compilers) {
	for name, to := range map[string]*string{"ar": &c.AR, "cc": &c.CC, "cxx": &c.CXX, "ld": &c.LD, "nm": &c.NM, "objcopy": &c.Objcopy, "strip": &c.Strip} {
		text(to, name, "the `path` of the C++ toolchain's "+name)
	}
	list(&c.CCFlags, "cc-flag", "a `flag` for C")
	list(&c.CXXFlags, "cxx-flag", "a `flag` for C++")
	list(&c.LinkFlags, "link-flag", "a `flag` for linking")
}

// addWheelFlags adds what only the verb wheel takes: outputs, and what is expected of them.
func addWheelFlags(flags *flag.FlagSet, c *session.Config) {
	text := func(to *string, name, usage string) { flags.StringVar(to, name, "", usage) }
	text(&c.Output, "output", "the `directory` that receives the wheel under its own name")
	text(&c.OutputFile, "output-file", "the `file` that receives the wheel, in the place of --output")
	text(&c.FileName, "file-name", "with --output-file, the `name` that the wheel has to have")
	text(&c.Log, "log", "the `file` that receives what was built with what, and all that the backend printed")
	text(&c.Metadata, "metadata", "the `directory` that receives the wheel's .dist-info")
	flags.Func("native-extensions", "whether the wheel holds native code: `auto`, required or forbidden", func(value string) (err error) {
		c.NativeExtensions, err = wheel.ParseNative(value)
		return err
	})
}
