package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bazel starts a checkout's Bazel in a workspace.
type bazel struct {
	checkout   string
	workspace  string
	outputBase string
}

func unknownCase(name string) error {
	return fmt.Errorf("there is no case %q; the cases are %s", name, strings.Join(caseNames(), ", "))
}

func (b *bazel) launcher() string { return filepath.Join(b.checkout, "tools", "bazel") }

// ownRoot says whether tools/bazel runs Bazel in a root of its own.
func (b *bazel) ownRoot(ctx context.Context) (bool, error) {
	out, err := b.output(exec.CommandContext(ctx, b.launcher(), "which-bazel"))
	return bytes.Contains(out, []byte("\nchosen: Debian")), err
}

// command is a Bazel command. The workspace's convenience links stay what they are.
func (b *bazel) command(ctx context.Context, verb string, args ...string) *exec.Cmd {
	all := []string{verb, "--experimental_convenience_symlinks=ignore"}
	if b.outputBase != "" {
		all = slices.Insert(all, 0, "--output_base="+b.outputBase)
	}
	return exec.CommandContext(ctx, b.launcher(), append(all, args...)...)
}

// output runs a command in the workspace. What it says on standard error is in the error.
func (b *bazel) output(cmd *exec.Cmd) ([]byte, error) {
	cmd.Dir = b.workspace
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said.Bytes())
	}
	return out.Bytes(), nil
}

// bazelSession is a server that has built all that is measured.
type bazelSession struct {
	*bazel
	setUp    []string // flags of the set-up's builds
	execroot string
	bin      string // relative to the execution root
	temp     string
}

// start finds out where things are. Close removes the temporary directory.
func (b *bazel) start(ctx context.Context, setUp []string) (*bazelSession, error) {
	s := &bazelSession{bazel: b, setUp: setUp}
	out, err := b.output(b.command(ctx, "info", "execution_root", "bazel-bin"))
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(string(out), "\n") {
		if value, ok := strings.CutPrefix(line, "execution_root: "); ok {
			s.execroot = value
		} else if value, ok := strings.CutPrefix(line, "bazel-bin: "); ok {
			s.bin = value
		}
	}
	if s.bin, err = filepath.Rel(s.execroot, s.bin); err != nil {
		return nil, err
	}
	s.temp, err = os.MkdirTemp("", "pyproject-benchmark-")
	return s, err
}

func (s *bazelSession) close() { _ = os.RemoveAll(s.temp) }

// prepare builds targets with whatever caches there are. All outputs are brought: with a cache Bazel would leave some there.
func (s *bazelSession) prepare(ctx context.Context, flags []string, labels ...string) error {
	progress("building %s", strings.Join(labels, " "))
	_, err := s.output(s.command(ctx, "build", slices.Concat(s.setUp, flags, []string{"--remote_download_outputs=all"}, labels)...))
	return err
}

// actionTimes is what one run of the action took, by Bazel's own profile.
type actionTimes struct {
	bazel   float64 // the whole command `tools/bazel build`
	action  float64 // the action: all of the following
	staging float64 // what Bazel does before the helper starts and after it ends
	helper  float64 // from the start of linux-sandbox to its end
}

// runAction runs a wheel's action again, by taking away one of its outputs: no cache, and the server knows all else.
func (s *bazelSession) runAction(ctx context.Context, flags []string, c benchCase) (actionTimes, error) {
	log := filepath.Join(s.execroot, s.bin, casePackage, c.name+".log")
	if err := os.Remove(log); err != nil && !errors.Is(err, os.ErrNotExist) {
		return actionTimes{}, fmt.Errorf("the action of %s would not run again: %w", c.label(), err)
	}
	profile := filepath.Join(s.temp, "profile.json")
	args := slices.Concat(flags, []string{"--disk_cache=", "--remote_cache=", "--remote_executor=", "--noslim_profile", "--profile=" + profile, c.label()})
	start := time.Now()
	if _, err := s.output(s.command(ctx, "build", args...)); err != nil {
		return actionTimes{}, err
	}
	took := milliseconds(time.Since(start))
	data, err := os.ReadFile(profile)
	if err != nil {
		return actionTimes{}, err
	}
	times, err := readProfile(data)
	times.bazel = took
	return times, err
}

// event is one entry of Bazel's profile; times are in microseconds.
type event struct {
	Category string  `json:"cat"`
	Name     string  `json:"name"`
	Thread   int     `json:"tid"`
	Start    float64 `json:"ts"`
	Duration float64 `json:"dur"`
	Args     struct {
		Mnemonic string `json:"mnemonic"`
	} `json:"args"`
}

// readEvents reads Bazel's profile.
func readEvents(data []byte) ([]event, error) {
	var profile struct {
		Events []event `json:"traceEvents"`
	}
	if err := json.Unmarshal(data, &profile); err != nil {
		return nil, fmt.Errorf("read Bazel's profile: %w", err)
	}
	return profile.Events, nil
}

func (e event) isWheelAction() bool {
	return e.Category == "action processing" && e.Args.Mnemonic == wheelMnemonic
}

// readProfile finds the wheel's action, and the process that ran in it.
func readProfile(data []byte) (actionTimes, error) {
	events, err := readEvents(data)
	if err != nil {
		return actionTimes{}, err
	}
	i := slices.IndexFunc(events, event.isWheelAction)
	if i < 0 {
		return actionTimes{}, errors.New("Bazel's profile has no action " + wheelMnemonic)
	}
	action := events[i]
	for _, e := range events {
		if e.Name == "subprocess.run" && e.Thread == action.Thread && e.Start >= action.Start && e.Start+e.Duration <= action.Start+action.Duration {
			return actionTimes{
				action: action.Duration / 1000, helper: e.Duration / 1000, staging: (action.Duration - e.Duration) / 1000,
			}, nil
		}
	}
	return actionTimes{}, errors.New("Bazel's profile has no process in the action: was it run in linux-sandbox?")
}
