package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

func parseLock(args []string, std Streams) (*lockCommand, error) {
	c := &lockCommand{}
	flags := newFlags("lock", lockSummary, std)
	flags.Func("project", "`directory` of a project: where its pyproject.toml or setup.py lies (repeated: one lock for all of them)", func(path string) error {
		c.sources = append(c.sources, &lockSource{dir: path, title: path})
		return nil
	})
	flags.Func("sdist", "`path` of an sdist, in place of --project", func(path string) error {
		c.sources = append(c.sources, &lockSource{sdist: path, title: filepath.Base(path)})
		return nil
	})
	flags.StringVar(&c.out, "out", "", "`path` of the lock")
	flags.StringVar(&c.uv, "uv", "uv", "`path` of uv, or its name on PATH")
	flags.StringVar(&c.python, "python-version", "3.9", "the oldest `version` of Python that the lock is for")
	flags.StringVar(&c.index, "index-file", "", "`path` of a JSON file whose \"url\" is the index to use where no environment variable names one")
	flags.StringVar(&c.command, "command", "", "the `command` that the lock's header names")
	flags.BoolVar(&c.inWorkspace, "in-workspace", false, "--project and --out are relative to the workspace of \"bazel run\"")
	flags.StringVar(&c.relativeTo, "relative-to", os.Getenv("BUILD_WORKING_DIRECTORY"), "the `directory` that --project and --out are relative to, if it is not the working directory")
	flags.BoolVar(&c.upgrade, "upgrade", false, "choose the newest versions, whatever the lock pins now")
	flags.Func("upgrade-package", "choose the newest version of the distribution of this `name`, whatever the lock pins now (repeated)", func(name string) error {
		r, err := requirement.Parse(name)
		if err == nil && r.String() != r.Name {
			err = errors.New("expected the name of a distribution")
		}
		c.upgradePackages = append(c.upgradePackages, requirement.NormalizeName(r.Name))
		return err
	})
	c.asking.addFlags(flags)
	c.sourcing.addFlags(flags)
	addOverrideFlags(flags, &c.asking.overrides)
	addPatchFlags(flags, &c.patches)
	addStandInFlag(flags, &c.standIns)
	flags.BoolVar(&c.checking, "check", false, "write nothing; fail if the lock does not satisfy what is wanted. Of a project only pyproject.toml has to be there")
	flags.Func("requirement", "a further build `requirement` (PEP 508), repeated", func(text string) error {
		r, err := requirement.Parse(text)
		c.requirements = append(c.requirements, r)
		return err
	})
	flags.Func("wheel", "`LABEL=PATH` of a build requirement that a target builds, and of its wheel, or of a directory with it; repeated", func(text string) error {
		w, err := parseLockWheel(text)
		c.wheels = append(c.wheels, w)
		return err
	})
	if err := parseFlags(flags, args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, usagef("lock: %q is not a flag", flags.Arg(0))
	}
	var err error
	if c.overrides, err = override.NewSet(c.asking.overrides); err != nil {
		return nil, err
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	return c, c.resolvePaths()
}

// complete checks the flags against each other, and says what the lock is called and what for.
func (c *lockCommand) complete() error {
	if c.out == "" {
		return usagef("lock: --out is missing")
	}
	if format := lock.FormatOf(c.out); format != lock.FormatPip && format != lock.FormatPylock {
		return usagef("lock: --out=%s is the lock of another tool, which writes it; any other name will do", c.out)
	}
	for _, s := range c.sources {
		if s.sdist != "" && len(c.sources) > 1 {
			return usagef("lock: --project and --sdist exclude each other, and there is one sdist")
		}
	}
	if len(c.patches.Files) > 0 && (len(c.sources) == 0 || c.sources[0].sdist == "") {
		return usagef("lock: --patch changes an sdist, and there is no --sdist")
	}
	if len(c.sources) == 0 && len(c.requirements) == 0 {
		return usagef("lock: one of --project, --sdist and --requirement is needed")
	}
	c.lockTitle, c.title = c.out, c.out
	switch len(c.sources) {
	case 0:
	case 1:
		c.title = c.sources[0].title
	default:
		for _, s := range c.sources {
			s.header = filepath.ToSlash(filepath.Clean(s.title))
		}
	}
	return nil
}

// resolvePaths makes paths absolute: "bazel run" starts the verb in a directory that no user has in mind.
func (c *lockCommand) resolvePaths() error {
	base := c.relativeTo
	if c.inWorkspace {
		base = os.Getenv("BUILD_WORKSPACE_DIRECTORY")
		if base == "" {
			return usagef("lock: --in-workspace works with \"bazel run\" only, which sets BUILD_WORKSPACE_DIRECTORY")
		}
	}
	paths := []*string{&c.out}
	for _, s := range c.sources {
		paths = append(paths, &s.dir)
	}
	for _, p := range paths {
		if *p == "" || filepath.IsAbs(*p) {
			continue
		}
		path, err := filepath.Abs(filepath.Join(base, *p))
		if err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		*p = path
	}
	// What other machines wrote is named by a person, who is somewhere in the workspace.
	for i, path := range c.asking.merge {
		if !filepath.IsAbs(path) {
			c.asking.merge[i] = filepath.Join(cmp.Or(os.Getenv("BUILD_WORKING_DIRECTORY"), "."), path)
		}
	}
	if c.checking {
		return nil
	}
	c.settle()
	if strings.ContainsRune(c.uv, filepath.Separator) {
		path, err := filepath.Abs(c.uv)
		if err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		c.uv = path
		return nil
	}
	path, err := exec.LookPath(c.uv)
	if err != nil {
		return fmt.Errorf("uv is needed to resolve requirements: %w.\nPossible fixes:\n"+
			"  - use a pyproject_lock target, which brings its own\n  - name one with --uv", err)
	}
	c.uv = path
	return nil
}

// settle takes paths in Bazel's execution root for what they are now. Another build may begin before this verb has ended, and
// it plants the links to other repositories anew.
func (c *lockCommand) settle() {
	paths := []*string{&c.uv}
	for _, s := range c.sources {
		paths = append(paths, &s.sdist)
	}
	for i := range c.asking.interpreters {
		paths = append(paths, &c.asking.interpreters[i].Archive)
	}
	for _, p := range paths {
		// The name is of the file itself, wherever that is.
		if !strings.ContainsRune(*p, filepath.Separator) {
			continue
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(*p)); err == nil {
			if path, err := filepath.Abs(filepath.Join(dir, filepath.Base(*p))); err == nil {
				*p = path
			}
		}
	}
}
