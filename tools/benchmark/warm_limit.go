package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// workshop is where the limit and the frontends build one project: an environment at a path that stays, and the compilers that ours has, with its
// flags, which count how often they compile.
type workshop struct {
	*frontends
	project   warmProject
	directory string
	archive   string
}

// newWorkshop makes the environment, unless that was done before, and the compilers.
func newWorkshop(ctx context.Context, f *frontends, w *warmWorkspace, p warmProject, archive string, action *wheelAction) (*workshop, error) {
	shop := &workshop{frontends: f, project: p, directory: filepath.Join(f.dir, "warm", p.name), archive: archive}
	if err := f.download(ctx, w.checkout, p.benchCase); err != nil {
		return nil, err
	}
	if err := shop.writeCompilers(action); err != nil {
		return nil, err
	}
	return shop, shop.makeEnvironment(ctx, w.checkout)
}

func (s *workshop) environment(name ...string) string {
	return filepath.Join(append([]string{s.directory, "environment"}, name...)...)
}

func (s *workshop) makeEnvironment(ctx context.Context, checkout string) error {
	lock := filepath.Join(checkout, s.project.lock())
	wanted, err := os.ReadFile(lock)
	if err != nil {
		return err
	}
	wanted = append(wanted, strings.Join(frontendTools, "\n")...)
	done := s.environment("benchmark")
	if have, err := os.ReadFile(done); err == nil && bytes.Equal(have, wanted) {
		return nil
	}
	progress("making an environment for %s", s.project.name)
	pip := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}
	for _, command := range [][]string{
		{s.python, "-m", "venv", "--clear", s.environment()},
		append([]string{s.environment("bin", "python")}, append(pip, "--no-index", "--find-links", s.wheels(s.project.benchCase), "--no-deps", "--requirement", lock)...),
		// For --no-isolation; what is locked has been installed, and stays.
		append([]string{s.environment("bin", "python")}, append(pip, frontendTools[0])...),
	} {
		if err := quietly(exec.CommandContext(ctx, command[0], command[1:]...)); err != nil {
			return err
		}
	}
	return os.WriteFile(done, wanted, 0o644)
}

// compilerScript counts what compiles, and adds the flags that the helper's launchers add.
const compilerScript = `#!/bin/sh
link=1
for argument; do
	case $argument in
	-c) link=0; echo >>'%s' ;;
	-E | -S | -M | -MM | -fsyntax-only | --version | -dump* | -print-* | -v | -V) link=0 ;;
	esac
done
if [ "$link" = 1 ]; then
	exec %s "$@" %s
fi
exec %s "$@"
`

func (s *workshop) counted() string { return filepath.Join(s.directory, "compiled") }

// writeCompilers writes them; the action has Bazel's compilers and their flags.
func (s *workshop) writeCompilers(action *wheelAction) error {
	directory := filepath.Join(s.directory, "compilers")
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	for name, kind := range map[string]string{"cc": "cc", "c++": "cxx"} {
		call := append([]string{action.flag(kind)}, action.flags(kind+"-flag")...)
		if !filepath.IsAbs(call[0]) {
			return fmt.Errorf("the compiler %s is a part of the build: the frontends would need its execution root", call[0])
		}
		linking, libraries := slices.Clone(call), []string{}
		for _, flag := range action.flags("link-flag") {
			if !strings.HasPrefix(flag, "-l") {
				linking = append(linking, flag)
			}
		}
		if name == "c++" { // Bazel's driver is the one for C
			libraries = []string{"-lstdc++", "-lm"}
		}
		script := fmt.Sprintf(compilerScript, s.counted(), shellWords(linking), shellWords(libraries), shellWords(call))
		if err := os.WriteFile(filepath.Join(directory, name), []byte(script), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}

// flags are all values of a flag of the action.
func (a *wheelAction) flags(name string) (values []string) {
	for _, argument := range a.arguments {
		if value, ok := strings.CutPrefix(argument, "--"+name+"="); ok {
			values = append(values, value)
		}
	}
	return values
}

// treeCommand is a command that builds a wheel of a source tree, which is its working directory.
type treeCommand func(ctx context.Context, tree string) *exec.Cmd

// theirs is the project in a source tree, built by something else.
type theirs struct {
	*workshop
	tree    *sourceTree
	command treeCommand
}

// contender gives a way to build a tree of its own.
func (s *workshop) contender(name string, command treeCommand) *theirs {
	return &theirs{workshop: s, tree: &sourceTree{directory: filepath.Join(s.directory, name), project: s.project, archive: s.archive}, command: command}
}

// limit is the backend's own incremental build: its hook, called by one interpreter, with a build directory that it keeps.
func (s *workshop) limit(ctx context.Context, _ string) *exec.Cmd {
	hook := fmt.Sprintf("import sys, json; import %[1]s as backend; backend.build_wheel(sys.argv[1], json.loads(sys.argv[2]))", s.project.backend)
	return exec.CommandContext(ctx, s.environment("bin", "python"), "-c", hook, s.out(), s.project.keeping)
}

func (s *workshop) uv(ctx context.Context, tree string) *exec.Cmd {
	return exec.CommandContext(ctx, s.tool("uv"), s.uvArgs("--force-pep517", tree)...)
}

func (s *workshop) build(ctx context.Context, tree string) *exec.Cmd {
	return exec.CommandContext(ctx, s.tool("python"), "-m", "build", "--wheel", "--outdir", s.out(), tree)
}

func (s *workshop) buildNoIsolation(ctx context.Context, tree string) *exec.Cmd {
	return exec.CommandContext(ctx, s.environment("bin", "python"), "-m", "build", "--no-isolation", "--wheel", "--outdir", s.out(), tree)
}

func (c *theirs) reset(ctx context.Context) error { return c.tree.unpack(ctx) }

func (c *theirs) edit(file string, number int) error { return c.tree.edit(file, number) }

func (c *theirs) measure(ctx context.Context) (warmTimes, error) {
	if err := os.MkdirAll(c.out(), 0o755); err != nil {
		return warmTimes{}, err
	}
	if err := os.Remove(c.counted()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return warmTimes{}, err
	}
	cmd := c.command(ctx, c.tree.directory)
	cmd.Dir = c.tree.directory
	cmd.Env = append(c.environ(c.project.benchCase),
		"CC="+filepath.Join(c.directory, "compilers", "cc"), "CXX="+filepath.Join(c.directory, "compilers", "c++"),
		"PATH="+filepath.Dir(cmd.Path)+":/usr/bin:/bin", // what is isolated does not see the environment
		"SOURCE_DATE_EPOCH=315532800", "PYTHONHASHSEED=0",
	)
	start := time.Now()
	err := quietly(cmd)
	times := warmTimes{Wall: milliseconds(time.Since(start))}
	if err != nil {
		return times, err
	}
	if err := c.made(cmd); err != nil {
		return times, err
	}
	compiled, err := os.ReadFile(c.counted())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return times, err
	}
	times.Compiled = bytes.Count(compiled, []byte("\n"))
	return times, os.RemoveAll(c.out())
}
