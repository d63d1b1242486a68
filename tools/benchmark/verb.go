package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verbTimes is what one run of the helper's verb wheel took.
type verbTimes struct {
	wall  float64
	hooks float64 // all hooks, from the start of each interpreter to its end
	// steps are what the helper says of itself, and "processes": what is before its first and after its last word.
	steps map[string]float64
}

// own is all that the backend is not to blame for.
func (t verbTimes) own() float64 { return t.wall - t.hooks }

// runVerb runs the action's command by itself, in the execution root but in no sandbox of Bazel's, with the outputs elsewhere.
func (s *bazelSession) runVerb(ctx context.Context, action *wheelAction) (verbTimes, error) {
	out := filepath.Join(s.temp, "verb")
	if err := os.RemoveAll(out); err != nil {
		return verbTimes{}, err
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		return verbTimes{}, err
	}
	// The last of two flags counts.
	args := slices.Concat(action.arguments[1:], []string{
		"--log=" + filepath.Join(out, "log"), "--metadata=" + filepath.Join(out, "metadata"), "--output=" + filepath.Join(out, "dist"), "--timing",
	})
	cmd := exec.CommandContext(ctx, filepath.Join(s.execroot, action.arguments[0]), args...)
	cmd.Dir = s.execroot
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now()
	err := cmd.Run()
	wall := milliseconds(time.Since(start))
	if err != nil {
		return verbTimes{}, fmt.Errorf("%s: %w\n%s", cmd, err, said.Bytes())
	}
	return readTiming(wall, said.String())
}

// readTiming reads what --timing prints: for each step when it ended, and how long it took.
func readTiming(wall float64, text string) (verbTimes, error) {
	times := verbTimes{wall: wall, steps: map[string]float64{}}
	last := 0.0
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[1] != "ms" || fields[3] != "ms" {
			continue // a warning
		}
		ended, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			continue
		}
		took, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			continue
		}
		step := strings.Join(fields[4:], " ")
		last = ended
		times.steps[step] += took
		if step == "build_wheel" || strings.HasPrefix(step, "get_requires") {
			times.hooks += took
		}
	}
	if times.hooks == 0 {
		return times, fmt.Errorf("--timing named no hook:\n%s", text)
	}
	times.steps["processes"] = wall - last
	return times, nil
}
