package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"strings"
	"syscall"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// roomRunner runs a hook's process in a room.
type roomRunner struct{ room *walls.Room }

func (r roomRunner) Run(ctx context.Context, p hook.Process) (hook.Exit, error) {
	err := r.room.Run(ctx, walls.Command{
		Path: p.Path, Args: p.Args, Dir: p.Dir, Env: p.Env,
		Stdout: p.Output, Stderr: p.Output, ExtraFiles: p.ExtraFiles,
	})
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return hook.Exit{}, err
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return hook.Exit{Signal: status.Signal()}, nil
	}
	return hook.Exit{Code: ended.ExitCode()}, nil
}

// errTimeout is the cause of a context that ended because the hook took too long.
var errTimeout = errors.New("the hook ran for too long")

// call calls one hook and writes its part of the log. outputDir is the base name of the directory below the room's output
// that the hook writes to, empty for hooks that write none. The error is a *Failure for whatever the backend did wrong;
// a missing hook is none.
func (s *Staged) call(ctx context.Context, log *record, name hook.Name, outputDir string) (hook.Response, *capture, error) {
	defer s.clock(string(name))()
	request := s.request(name)
	if outputDir != "" {
		place := path.Join(walls.Output, outputDir)
		request.Directory = s.Room.Inside(place)
		if err := os.Mkdir(s.Room.Outside(place), 0o755); err != nil {
			return hook.Response{}, nil, fmt.Errorf("make output directory: %w", err)
		}
	}
	output := newCapture(keptOutput)
	request.Output = output
	hookCtx, cancel := ctx, context.CancelFunc(func() {})
	if s.config.Timeout > 0 {
		hookCtx, cancel = context.WithTimeoutCause(ctx, s.config.Timeout, errTimeout)
	}
	defer cancel()
	response, err := hook.Call(hookCtx, roomRunner{s.Room}, request)
	backend := s.Project.BuildSystem.Backend
	headline := response.Ended(backend)
	if err != nil {
		headline = fmt.Sprintf("%s of %s could not be run: %v", name, backend, err)
	}
	if errors.Is(err, errTimeout) && ctx.Err() == nil {
		headline = fmt.Sprintf("%s of %s ran for longer than %s and was killed, with all that it had started", name, backend, s.config.Timeout)
	}
	log.hookSection(name, backend, output, headline)
	switch {
	case errors.Is(err, errTimeout) && ctx.Err() == nil:
		return response, output, s.failure(headline, output, "raise `timeout` if it needs longer")
	case err != nil:
		return response, output, fmt.Errorf("call %s of %s: %w", name, backend, err)
	case response.Kind == hook.OK, response.Kind == hook.MissingHook:
		return response, output, nil
	}
	return response, output, s.failure(headline, output, s.fixes(response, output.text())...)
}

func (s *Staged) request(name hook.Name) hook.Request {
	system := s.Project.BuildSystem
	return hook.Request{
		Hook: name, Backend: system.Backend, BackendPath: system.BackendPath,
		Python: s.Python, Source: s.Source, Env: s.Env, Settings: s.config.Settings,
		CacheDirectory: s.Room.Inside(walls.Cache),
	}
}

// failure makes the error for a hook, with what it wanted from the network (BE-7).
func (s *Staged) failure(headline string, output *capture, fixes ...string) *Failure {
	failure := &Failure{Headline: headline, Output: output.text(), Fixes: fixes}
	if hosts := s.Room.Network(); len(hosts) > 0 {
		failure.Causes = append(failure.Causes, networkNote(hosts))
		failure.Fixes = append(failure.Fixes,
			"declare what it wanted to download: a distribution as a build requirement that is locked, a file in `srcs`, a program in `tools`")
	}
	return failure
}

func networkNote(hosts []string) string {
	return "It asked the network for " + strings.Join(hosts, ", ") + "; a build has no network."
}
