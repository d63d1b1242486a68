package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/patch"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// runSession is what the verbs that run hooks have in common: it parses the arguments, enters the walls and runs the session.
func runSession(ctx context.Context, flags *flag.FlagSet, args []string, std Streams, config *session.Config,
	run func(context.Context, *session.Config) (session.Result, error)) error {
	args, err := expandParams(args)
	if err != nil {
		return usageError{err}
	}
	flags.String("params", "", "a `file` of flags, one a line, exactly; expanded before the others are read")
	timing := flags.Bool("timing", false, "print to standard error how long each step took")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	verb := flags.Name()
	if flags.NArg() > 0 {
		return usagef("%s takes flags only, and got %q", verb, flags.Arg(0))
	}
	if (config.Output == "") == (config.OutputFile == "") {
		return usagef("%s needs --output=DIRECTORY, or --output-file=FILE with --file-name=NAME", verb)
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
	result, err := run(ctx, config)
	if err != nil {
		return labelled(config.Label, err)
	}
	for _, warning := range result.Warnings {
		fmt.Fprintf(std.Err, "%s: warning: %s\n", config.Label, warning)
	}
	return nil
}

// paramsFlag names a file of arguments as @FILE does, which Bazel itself reads where it talks to a worker. One of thousands of sources stays a file
// on the way from there to the session's process.
const paramsFlag = "--params="

func expandParams(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		if file, ok := strings.CutPrefix(arg, paramsFlag); ok {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("read params file: %w", err)
			}
			out = append(out, splitParams(string(data))...)
		} else {
			out = append(out, arg)
		}
	}
	return out, nil
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
	addOverrideFlags(flags, &c.Overrides)
	flags.BoolVar(&c.HostSitePackages, "host-site-packages", false, "let hooks see what is installed beside the system interpreter")
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
	addCacheFlags(flags, text, &c.Cache)
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
	text(&c.Sdist, "sdist", "a source distribution, in the place of --source: a `file`, or a directory that holds exactly one")
	addPatchFlags(flags, &c.Patches)
	addSeverityFlag(flags, &c.UnknownKeys, "unknown-build-system-keys", "what an unknown key of [build-system] is")
}

// addPatchFlags adds what changes an sdist.
func addPatchFlags(flags *flag.FlagSet, to *patch.Series) {
	to.Strip = 1
	flags.Func("patch", "`path` of a patch of the sdist, a unified diff that fits exactly (repeated, in their order)", func(path string) error {
		to.Files = append(to.Files, path)
		return nil
	})
	flags.IntVar(&to.Strip, "patch-strip", 1, "how many `directories` are taken off the names in patches, the a/ and b/ of git among them")
}

// addSdistMetadataFlag adds what becomes of SDIST-3.
func addSdistMetadataFlag(flags *flag.FlagSet, c *session.Config) {
	addSeverityFlag(flags, &c.SdistMetadata, "sdist-metadata", "what metadata are that differ from what the PKG-INFO of the sdist promises")
}

// addSeverityFlag adds a flag that makes an error a warning.
func addSeverityFlag(flags *flag.FlagSet, to *project.Severity, name, usage string) {
	flags.Func(name, usage+": `error` or warning", func(value string) error {
		switch value {
		case "error":
			*to = project.AsError
		case "warning":
			*to = project.AsWarning
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
	addStandInFlag(flags, &c.StandIns)
	list(&c.ExecrootFiles, "execroot-file", "a `path` relative to the working directory that compilers or tools read beside themselves")
}

// addCompilerFlags adds the C++ toolchain.
func addCompilerFlags(text func(*string, string, string), list func(*[]string, string, string), c *session.Compilers) {
	for name, to := range map[string]*string{"ar": &c.AR, "cc": &c.CC, "cxx": &c.CXX, "ld": &c.LD, "nm": &c.NM, "objcopy": &c.Objcopy, "strip": &c.Strip} {
		text(to, name, "the `path` of the C++ toolchain's "+name)
	}
	text(&c.Cache, "ccache", "the `path` of ccache, for sessions whose cache directory is kept")
	list(&c.CCFlags, "cc-flag", "a `flag` for C")
	list(&c.CXXFlags, "cxx-flag", "a `flag` for C++")
	list(&c.LinkFlags, "link-flag", "a `flag` for linking")
}

// addOutputFlags adds where the one file that a session makes goes, and what is told of its making.
func addOutputFlags(text func(*string, string, string), c *session.Config, kind string) {
	text(&c.Output, "output", "the `directory` that receives the "+kind+" under its own name")
	text(&c.OutputFile, "output-file", "the `file` that receives the "+kind+", in the place of --output")
	text(&c.FileName, "file-name", "with --output-file, the `name` that the "+kind+" has to have")
	text(&c.Log, "log", "the `file` that receives what was built with what, and all that the backend printed")
}

// addStandInFlag adds what tools stand for.
func addStandInFlag(flags *flag.FlagSet, to *[]requirement.Distribution) {
	flags.Func("stands-for", "`NAME==VERSION` of a distribution that one of the tools stands for (repeated)", func(text string) error {
		d, err := session.ParseStandIn(text)
		*to = append(*to, d)
		return err
	})
}
