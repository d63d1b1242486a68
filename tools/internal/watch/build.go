package watch

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrFailed is what Run returns when Bazel has said what is wrong.
var ErrFailed = errors.New("the build failed")

// Build is one build, to be run again and again.
type Build struct {
	// Bazel is the program, and Workspace the directory that it is called in.
	Bazel     string
	Workspace string
	// Flags are for `bazel build`, and Target is what is built.
	Flags  []string
	Target string
	// Output receives what Bazel says.
	Output io.Writer
}

// FindBazel finds the program that people call: the bazel or bazelisk on PATH, else the wrapper of the workspace.
func FindBazel(workspace string) (string, error) {
	wrapper := filepath.Join(workspace, "tools", "bazel")
	for _, name := range []string{"bazel", "bazelisk", wrapper} {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("there is no Bazel: neither bazel nor bazelisk is on PATH, nor is there %s.\nPossible fixes:\n  - name it: --bazel=PROGRAM", wrapper)
}

// Run builds, and returns the files that the target has.
func (b *Build) Run(ctx context.Context) ([]string, error) {
	scratch, err := os.MkdirTemp("", "watch")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	events := filepath.Join(scratch, "events.json")
	args := []string{"build", "--show_result=0", "--ui_event_filters=-info", "--noshow_progress", "--build_event_json_file=" + events}
	args = append(append(args, b.Flags...), "--", b.Target)
	cmd := exec.CommandContext(ctx, b.Bazel, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.Workspace, b.Output, b.Output
	// Bazel ends a build on SIGINT, and leaves nothing behind; its server stays.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	err = cmd.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &ended):
		return nil, ErrFailed
	case err != nil:
		return nil, fmt.Errorf("run Bazel: %w", err)
	}
	return outputs(events, b.Target)
}

// event is the part of Bazel's build event protocol that names outputs.
type event struct {
	NamedSetOfFiles struct {
		Files []struct {
			URI string `json:"uri"`
		} `json:"files"`
	} `json:"namedSetOfFiles"`
}

// outputs reads which files a build made. One target was built, so all of them are its own.
func outputs(events, target string) ([]string, error) {
	file, err := os.Open(events)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var found []string
	for decoder := json.NewDecoder(bufio.NewReader(file)); ; {
		var e event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read build events: %w", err)
		}
		for _, output := range e.NamedSetOfFiles.Files {
			// What lies in a remote cache alone has another scheme.
			if place, err := url.Parse(output.URI); err == nil && place.Scheme == "file" {
				found = append(found, place.Path)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no files here: %w", target, fs.ErrNotExist)
	}
	return found, nil
}

// Skip says which paths below a project's directory are no sources: those of the names, and what Bazel makes at the top of a workspace.
func Skip(workspace string, names []string) func(path string) bool {
	return func(path string) bool {
		base := filepath.Base(path)
		if filepath.Dir(path) == workspace && strings.HasPrefix(base, "bazel-") {
			return true
		}
		for _, name := range names {
			if base == name {
				return true
			}
		}
		return false
	}
}
