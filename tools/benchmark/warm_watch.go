package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"regexp"
	"syscall"
	"time"
)

// watchLine is what a watch says of a build: how long it took.
var watchLine = regexp.MustCompile(`^//\S+: \S+\.whl in (\S+): `)

// measureWatch edits a project whose pyproject_watch runs, and gives what the watch says of each build, and how long after the edit it says so.
func measureWatch(ctx context.Context, o *options, c *ours) (printed, sinceEdit []float64, err error) {
	cmd := c.command(ctx, "run", c.label("watch"))
	cmd.Dir = c.workspace
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(syscall.SIGINT) }, 10*time.Second
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	}()
	lines := bufio.NewScanner(out)
	for run := range o.runs + 1 {
		start := time.Now()
		if run > 0 { // the first build has nothing to do
			o.quiet.wait(ctx)
			start = time.Now()
			if err := c.edit(c.tree.project.edited, o.runs+run); err != nil {
				return nil, nil, err
			}
		}
		took, err := readWatch(lines)
		if err != nil {
			return nil, nil, err
		}
		if run > 0 {
			printed, sinceEdit = append(printed, took), append(sinceEdit, milliseconds(time.Since(start)))
		}
	}
	return printed, sinceEdit, nil
}

func readWatch(lines *bufio.Scanner) (float64, error) {
	for lines.Scan() {
		found := watchLine.FindStringSubmatch(lines.Text())
		if found == nil {
			return 0, fmt.Errorf("the watch says: %s", lines.Text())
		}
		took, err := time.ParseDuration(found[1])
		return milliseconds(took), err
	}
	return 0, fmt.Errorf("the watch ended: %v", lines.Err())
}
