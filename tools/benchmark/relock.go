package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// relockTargets are lock targets of several kinds: an sdist whose hooks ask for something, one with setup_requires, one that locks some 150
// distributions, and a source tree.
var relockTargets = []relockTarget{
	{casePackage, "hatchling.lock"}, {casePackage, "lz4.lock"}, {casePackage, "jupyterlab_pygments.lock"}, {"examples/setuptools_extension", "lock"},
}

type relockTarget struct{ pkg, name string }

// recorder stands in uv's place once, and keeps what it was started with: it tells what uv by itself takes.
const recorder = `#!/bin/sh
mkdir '%[1]s' && cp -R . '%[1]s/files' && printf '%%s\n' "$@" > '%[1]s/arguments' && exec '%[2]s' "$@"
`

// relock is one lock that is written again and again.
type relock struct {
	program, execroot string
	workspace         string // a copy of what the target reads and writes
	uv                string
	recorded          string // the recorder's directory

	verb, alone, own, verbProcessor, aloneProcessor []float64
}

// measureRelock measures what the verb lock takes where nothing has changed, beside uv with the same arguments, input and cache.
func measureRelock(ctx context.Context, o *options, s *bazelSession, out io.Writer) error {
	var rows [][]string
	for _, target := range relockTargets {
		label := "//" + target.pkg + ":" + target.name
		if err := s.prepare(ctx, nil, label); err != nil {
			return err
		}
		r, err := newRelock(ctx, s, target)
		if err != nil {
			return fmt.Errorf("%s: %w", label, err)
		}
		for run := range o.runs {
			progress("%s, run %d of %d", label, run+1, o.runs)
			o.quiet.wait(ctx)
			if err := r.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", label, err)
			}
		}
		row := []string{label}
		for _, values := range [][]float64{r.verb, r.alone, r.own, r.verbProcessor, r.aloneProcessor} {
			row = append(row, summarise(values).times())
		}
		rows = append(rows, row)
	}
	fmt.Fprint(out, "\nA lock, written again while nothing has changed. The difference is that of each run; Bazel's own time is not in it.\n")
	return writeTable(out, []string{"lock", "verb", "uv alone", "difference", "verb, processor time", "uv, processor time"}, rows)
}

// newRelock writes the lock once, so that all is as it was the last time, and once more with the recorder.
func newRelock(ctx context.Context, s *bazelSession, target relockTarget) (*relock, error) {
	dir, err := os.MkdirTemp(s.temp, "relock-")
	if err != nil {
		return nil, err
	}
	params, err := os.ReadFile(filepath.Join(s.execroot, s.bin, target.pkg, target.name+".params"))
	if err != nil {
		return nil, err
	}
	_, uv, found := strings.Cut("\n"+string(params), "\n--uv=")
	if !found {
		return nil, errors.New("its parameters name no uv")
	}
	uv, _, _ = strings.Cut(uv, "\n")
	r := &relock{
		program: filepath.Join(s.execroot, s.bin, target.pkg, target.name), execroot: s.execroot,
		workspace: filepath.Join(dir, "workspace"), uv: filepath.Join(s.execroot, uv), recorded: filepath.Join(dir, "recorded"),
	}
	if err := os.CopyFS(filepath.Join(r.workspace, target.pkg), os.DirFS(filepath.Join(s.workspace, target.pkg))); err != nil {
		return nil, err
	}
	if _, err := timed(r.lock(ctx)); err != nil {
		return nil, err
	}
	stand := filepath.Join(dir, "uv")
	if err := os.WriteFile(stand, fmt.Appendf(nil, recorder, r.recorded, r.uv), 0o755); err != nil {
		return nil, err
	}
	// A second call of uv, with what hooks asked for, finds the directory there and fails.
	_, err = timed(r.lock(ctx, "--uv="+stand))
	return r, err
}

// lock is the verb, as `bazel run` starts it.
func (r *relock) lock(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.program, args...)
	cmd.Dir, cmd.Env = r.execroot, append(os.Environ(), "BUILD_WORKSPACE_DIRECTORY="+r.workspace)
	return cmd
}

// run measures the verb, and right after it uv.
func (r *relock) run(ctx context.Context) error {
	verb := r.lock(ctx)
	took, err := timed(verb)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.recorded, "again")
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(r.recorded, "files"))); err != nil {
		return err
	}
	arguments, err := os.ReadFile(filepath.Join(r.recorded, "arguments"))
	if err != nil {
		return err
	}
	uv := exec.CommandContext(ctx, r.uv, strings.Split(strings.TrimSuffix(string(arguments), "\n"), "\n")...)
	uv.Dir = dir
	alone, err := timed(uv)
	if err != nil {
		return err
	}
	r.verb, r.alone, r.own = append(r.verb, took), append(r.alone, alone), append(r.own, took-alone)
	r.verbProcessor, r.aloneProcessor = append(r.verbProcessor, processor(verb)), append(r.aloneProcessor, processor(uv))
	return nil
}

// timed runs a command, and gives the milliseconds that it took.
func timed(cmd *exec.Cmd) (float64, error) {
	start := time.Now()
	err := quietly(cmd)
	return milliseconds(time.Since(start)), err
}

// processor is the time that a command that has ended, and those that it started, had on all processors.
func processor(cmd *exec.Cmd) float64 {
	return milliseconds(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
}
