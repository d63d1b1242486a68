// Command edits holds CACHE-6 against a real backend: it edits a small project in every way that has made warm builds wrong somewhere, builds each
// revision warm and cold, and demands the same bytes.
//
// Usage: edits HELPER PROJECT VERDICT SEED STEPS [FLAG…]
//
// PROJECT is one of projects/, by the name of its backend, or with a flavour BACKEND+FLAVOUR. The flags are those of the verb wheel. With 0 STEPS it goes through the table of edits, in its order; otherwise it makes so many steps of a random walk that
// SEED decides. VERDICT is written as the verb replay writes it: a program that prints the report, and fails if something differs.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) < 6 {
		fmt.Fprintln(os.Stderr, "usage: edits HELPER PROJECT VERDICT SEED STEPS [@FILE | FLAG…]")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6:]); err != nil {
		fmt.Fprintf(os.Stderr, "edits: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, helper, name, verdict, seedText, stepsText string, args []string) error {
	seed, seedErr := strconv.ParseUint(seedText, 10, 64)
	steps, stepsErr := strconv.Atoi(stepsText)
	args, argsErr := flags(args)
	dir, dirErr := os.MkdirTemp("", "edits-")
	if err := errors.Join(seedErr, stepsErr, argsErr, dirErr); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w, err := newWalk(name, dir, args, func(ctx context.Context, args []string) (int, string) { return start(ctx, helper, args) })
	if err != nil {
		return err
	}
	if steps == 0 {
		err = w.table(ctx)
	} else {
		w.report += fmt.Sprintf("seed %d, %d steps\n", seed, steps)
		err = w.random(ctx, rand.New(rand.NewPCG(seed, 0)), steps)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, w.report)
	}
	code := min(w.failed, 1)
	program := fmt.Sprintf("#!/bin/sh\nprintf '%%s' '%s'\nexit %d\n", strings.ReplaceAll(w.report, "'", `'\''`), code)
	return os.WriteFile(verdict, []byte(program), 0o755)
}

// flags are those of the session, without its source.
func flags(args []string) ([]string, error) {
	var all []string
	for _, arg := range args {
		file, isFile := strings.CutPrefix(arg, "@")
		if !isFile {
			all = append(all, arg)
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")...)
	}
	return slices.DeleteFunc(all, func(arg string) bool {
		return strings.HasPrefix(arg, "--source=") || strings.HasPrefix(arg, "--source-root=") || strings.HasPrefix(arg, "--source-name=")
	}), nil
}

// start runs the helper as an action does.
func start(ctx context.Context, helper string, args []string) (int, string) {
	path, err := filepath.Abs(helper)
	if err != nil {
		return 1, err.Error()
	}
	output, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0, string(output)
	case errors.As(err, &ended):
		return ended.ExitCode(), string(output)
	}
	return 1, err.Error()
}
