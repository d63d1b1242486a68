package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
)

const lockSummary = `Writes the lock of a project's build requirements: those that its pyproject.toml declares and those of --requirement,
with all that they require, each file pinned by its hash. The name of --out decides on the format: pylock.toml and
pylock.NAME.toml are PEP 751's, all others are pip's. What the lock pins already stays where it still fits. When anything
fails, nothing is written. With --check nothing is written in any case: whether the lock is good is all that is asked.`

// lockCommand are the flags of the verb lock.
type lockCommand struct {
	project, sdist, out, uv, python, index, command string
	title, lockTitle                                string // the project and the lock, as the user wrote them
	inWorkspace, upgrade, checking                  bool
	requirements                                    []requirement.Requirement
	wheels                                          []resolver.Wheel
	asking                                          lockAsking
}

func runLock(ctx context.Context, args []string, std Streams) error {
	c, err := parseLock(args, std)
	if err != nil {
		return err
	}
	if c.checking {
		return c.check(ctx, std)
	}
	wanted, err := c.wanted(ctx, std)
	if err != nil {
		return err
	}
	root, name := filepath.Split(c.out)
	old := c.existing(root, name, std)
	opts := resolver.Options{Title: c.title, UV: c.uv, Python: c.python, Requirements: requirements(wanted), Wheels: c.wheels, Preferred: old}
	if c.upgrade {
		opts.Preferred = nil
	}
	if opts.Index, err = indexFrom(c.index); err != nil {
		return err
	}
	opts.AddIndexes(old)
	resolved, err := c.resolve(ctx, opts, std)
	if err != nil {
		return err
	}
	resolved.Path, resolved.Command = name, c.command
	if old != nil {
		resolved.IndexURLs, resolved.MainIndex = old.IndexURLs, old.MainIndex
	}
	var text bytes.Buffer
	if err := lock.Write(&text, resolved, lock.FormatOf(name)); err != nil {
		return err
	}
	for _, name := range resolver.WithoutWheel(resolved) {
		fmt.Fprintf(std.Err, "warning: %s has no wheel; building build requirements from source is not supported yet\n", name)
	}
	written, err := replace(c.out, text.Bytes())
	if err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	if !written {
		fmt.Fprintf(std.Err, "%s is up to date\n", c.out)
		return nil
	}
	for _, line := range resolver.Changes(old, resolved) {
		fmt.Fprintf(std.Err, "%s\n", line)
	}
	fmt.Fprintf(std.Err, "%s written: %d distributions\n", c.out, len(resolved.Packages)+len(resolved.Wheels))
	return nil
}

// resolve resolves what is declared and, where there is an interpreter for it, what hooks ask for.
func (c *lockCommand) resolve(ctx context.Context, opts resolver.Options, std Streams) (*lock.Lock, error) {
	if c.asks() {
		return c.dynamic(ctx, opts, std)
	}
	return resolver.Resolve(ctx, opts)
}

func parseLock(args []string, std Streams) (*lockCommand, error) {
	c := &lockCommand{}
	flags := newFlags("lock", lockSummary, std)
	flags.StringVar(&c.project, "project", "", "`directory` of the project: where its pyproject.toml or setup.py lies")
	flags.StringVar(&c.sdist, "sdist", "", "`path` of an sdist, in place of --project")
	flags.StringVar(&c.out, "out", "", "`path` of the lock")
	flags.StringVar(&c.uv, "uv", "uv", "`path` of uv, or its name on PATH")
	flags.StringVar(&c.python, "python-version", "3.9", "the oldest `version` of Python that the lock is for")
	flags.StringVar(&c.index, "index-file", "", "`path` of a JSON file whose \"url\" is the index to use where no environment variable names one")
	flags.StringVar(&c.command, "command", "", "the `command` that the lock's header names")
	flags.BoolVar(&c.inWorkspace, "in-workspace", false, "--project and --out are relative to the workspace of \"bazel run\"")
	flags.BoolVar(&c.upgrade, "upgrade", false, "choose the newest versions, whatever the lock pins now")
	c.asking.addFlags(flags)
	flags.BoolVar(&c.checking, "check", false, "write nothing; fail if the lock does not satisfy what is wanted. Of the project only pyproject.toml has to be there")
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
	if c.out == "" {
		return nil, usagef("lock: --out is missing")
	}
	if c.project != "" && c.sdist != "" {
		return nil, usagef("lock: --project and --sdist exclude each other")
	}
	if c.project == "" && c.sdist == "" && len(c.requirements) == 0 {
		return nil, usagef("lock: one of --project, --sdist and --requirement is needed")
	}
	c.lockTitle = c.out
	switch {
	case c.sdist != "":
		c.title = filepath.Base(c.sdist)
	case c.project != "":
		c.title = c.project
	default:
		c.title = c.out
	}
	return c, c.resolvePaths()
}

// resolvePaths makes paths absolute: "bazel run" starts the verb in a directory that no user has in mind.
func (c *lockCommand) resolvePaths() error {
	base := os.Getenv("BUILD_WORKING_DIRECTORY")
	if c.inWorkspace {
		base = os.Getenv("BUILD_WORKSPACE_DIRECTORY")
		if base == "" {
			return usagef("lock: --in-workspace works with \"bazel run\" only, which sets BUILD_WORKSPACE_DIRECTORY")
		}
	}
	for _, p := range []*string{&c.project, &c.out} {
		if *p == "" || filepath.IsAbs(*p) {
			continue
		}
		path, err := filepath.Abs(filepath.Join(base, *p))
		if err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		*p = path
	}
	if c.checking {
		return nil
	}
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

// wanted gives the requirements: those of the project, and those of the command line.
func (c *lockCommand) wanted(ctx context.Context, std Streams) ([]repository.Wanted, error) {
	var wanted []repository.Wanted
	for _, r := range c.requirements {
		wanted = append(wanted, repository.Wanted{Requirement: r, By: "`requirements` of the lock"})
	}
	dir := c.project
	if c.sdist != "" {
		scratch, err := os.MkdirTemp("", "pyproject-lock-sdist-")
		if err != nil {
			return nil, fmt.Errorf("unpack sdist: %w", err)
		}
		defer os.RemoveAll(scratch)
		top, err := sdist.Unpack(ctx, c.sdist, scratch, sdist.Options{})
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(scratch, top)
	}
	if dir == "" {
		return wanted, nil
	}
	opts := project.Options{File: filepath.Join(c.title, "pyproject.toml"), Alone: c.checking && c.sdist == ""}
	if c.sdist != "" {
		// Its user can't change a published sdist.
		opts.UnknownKeys = project.AsWarning
	}
	p, warnings, err := project.Read(dir, opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.title, err)
	}
	for _, w := range warnings {
		fmt.Fprintf(std.Err, "warning: %s:%d:%d: %s\n", w.File, w.Line, w.Column, w.Message)
	}
	by := "[build-system] requires of " + opts.File
	if !p.BuildSystem.Declared {
		by = "projects without a [build-system] table, which " + c.title + " is"
	}
	var static []repository.Wanted
	for _, r := range p.BuildSystem.Requires {
		static = append(static, repository.Wanted{Requirement: r, By: by})
	}
	return append(static, wanted...), nil
}

func requirements(wanted []repository.Wanted) []requirement.Requirement {
	var out []requirement.Requirement
	for _, w := range wanted {
		out = append(out, w.Requirement)
	}
	return out
}

// existing reads the lock that is there. A broken one is what people run this verb to repair.
func (c *lockCommand) existing(root, name string, std Streams) *lock.Lock {
	old, err := lock.Read(root, name)
	switch {
	case err == nil:
		return old
	case !errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(std.Err, "the lock that is there can't be read and is written anew: %v\n", err)
	}
	return nil
}

// indexFrom gives the index to use. The environment decides, in the order in which the repositories of locked files ask
// it; uv reads its own two variables by itself.
func indexFrom(file string) (string, error) {
	if url := os.Getenv("PIP_INDEX_URL"); url != "" {
		return url, nil
	}
	if file == "" || os.Getenv("UV_DEFAULT_INDEX") != "" || os.Getenv("UV_INDEX_URL") != "" {
		return "", nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read index file: %w", err)
	}
	var machine struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(data, &machine); err != nil {
		return "", fmt.Errorf("read index file %s: %w", file, err)
	}
	return machine.URL, nil
}

// replace writes a file whole or not at all, and leaves it alone where nothing changes.
func replace(path string, content []byte) (written bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return false, nil
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return false, err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(temporary.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	return err == nil, err
}
