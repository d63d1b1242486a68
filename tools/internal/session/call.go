package session

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// calls are the hooks of a session, one after the other.
type calls struct {
	staged   *Staged
	log      *record
	hooks    []hook.Name
	sequence *hook.Sequence
	outputs  []*capture // one for each hook, complete when the sequence is closed
	next     int
	metadata string // metadata_directory of build_wheel, as the hook sees it; empty is None
}

// startCalls starts the interpreters for these hooks; s needs neither source nor project for that. The caller closes the
// calls.
func startCalls(ctx context.Context, s *Staged, log *record, hooks ...hook.Name) (*calls, error) {
	c := &calls{staged: s, log: log, hooks: hooks}
	var writers []io.Writer
	for range hooks {
		output := newCapture(keptOutput)
		c.outputs, writers = append(c.outputs, output), append(writers, output)
	}
	var err error
	c.sequence, err = hook.Start(ctx, roomRunner{s.Room}, hook.Request{
		Python: s.Python, CallerCode: s.Info.Program, Env: s.Env, Source: s.Room.Inside(walls.Source),
	}, writers...)
	return c, err
}

// close ends what runs; it may be called more than once, and where nothing was started.
func (c *calls) close() error {
	if c == nil || c.sequence == nil {
		return nil
	}
	return c.sequence.Close()
}

// finish is close after the last hook, if that succeeded. The error is a *FullError if what the hooks made is not to be trusted.
func (c *calls) finish() error {
	if err := c.close(); err != nil {
		return err
	}
	return c.staged.trustRoom(c.outputs)
}

// call calls the next hook and writes its part of the log. outputDir is the base name of the directory below the room's output
// that the hook writes to, empty for hooks that write none. The error is a *Failure for whatever the backend did wrong;
// a missing hook is none.
func (c *calls) call(ctx context.Context, outputDir string) (hook.Response, error) {
	s, name, output := c.staged, c.hooks[c.next], c.outputs[c.next]
	c.next++
	defer s.clock(string(name))()
	request := s.request(name)
	if name == hook.BuildWheel {
		request.Metadata = c.metadata
	}
	if outputDir != "" {
		place := path.Join(walls.Output, outputDir)
		request.Directory = s.Room.Inside(place)
		if err := os.Mkdir(s.Room.Outside(place), 0o755); err != nil {
			return hook.Response{}, fmt.Errorf("make output directory: %w", err)
		}
	}
	hookCtx, cancel := ctx, context.CancelFunc(func() {})
	if s.config.Timeout > 0 {
		hookCtx, cancel = context.WithTimeoutCause(ctx, s.config.Timeout, errTimeout)
	}
	defer cancel()
	response, err := c.sequence.Call(hookCtx, request)
	if s.kept != nil && (err != nil || response.Kind == hook.Died) {
		s.kept.died = fmt.Sprintf("%s was killed, or died", name)
	}
	backend := s.Project.BuildSystem.Backend
	late := errors.Is(err, errTimeout) && ctx.Err() == nil
	headline := response.Ended(backend)
	switch {
	case late:
		headline = fmt.Sprintf("%s of %s ran for longer than %s and was killed, with all that it had started", name, backend, s.config.Timeout)
	case err != nil:
		headline = fmt.Sprintf("%s of %s could not be run: %v", name, backend, err)
	}
	title := fmt.Sprintf("%s of %s", name, backend)
	if response.CacheDirectory {
		title += ", with cache_directory"
	}
	c.log.add(section{title, output, headline})
	if err == nil {
		if err := s.kept.lookAtSource(s.outsideSource()); err != nil {
			return response, err
		}
	}
	// Who can't make an sdist, or an editable wheel, needs nothing for it.
	nothing := response.Kind == hook.Unsupported && (name == hook.GetRequiresSdist || name == hook.GetRequiresEditable)
	if err == nil && (response.Kind == hook.OK || response.Kind == hook.MissingHook || nothing) {
		return response, nil
	}
	// Nothing runs any more when the output is looked at.
	if closeErr := c.close(); err == nil && closeErr != nil {
		return response, closeErr
	}
	switch {
	case late:
		return response, s.failure(headline, output, "raise `hook_timeout` if it needs longer")
	case err != nil:
		return response, fmt.Errorf("call %s of %s: %w", name, backend, err)
	}
	return response, s.failure(headline, output, s.fixes(response, output.text())...)
}

// requires calls a get_requires hook, the first of a session, and checks what it asks for. A backend without it asks for
// nothing (PEP 517).
func (c *calls) requires(ctx context.Context) error {
	response, err := c.call(ctx, "")
	if err != nil {
		return err
	}
	return c.staged.checkDynamic(string(c.hooks[0]), response.Requires)
}

func (s *Staged) request(name hook.Name) hook.Request {
	system := s.Project.BuildSystem
	return hook.Request{
		Hook: name, Backend: system.Backend, BackendPath: system.BackendPath,
		Python: s.Python, Source: s.Source, Env: s.Env, MoreEnv: s.variables, Settings: s.Settings,
		CacheDirectory: s.Room.Inside(walls.Cache),
	}
}

// failure makes the error for a hook, with what it wanted from the network (BE-7).
func (s *Staged) failure(headline string, output *capture, fixes ...string) *Failure {
	failure := &Failure{Headline: headline, Output: output.text(), Fixes: fixes}
	if hosts := s.Room.Network(); len(hosts) > 0 {
		failure.Causes = append(failure.Causes, networkNote(hosts))
		failure.Fixes = append(failure.Fixes, declareDownloads)
	}
	return failure
}

// declareDownloads is what helps where the network was asked for.
const declareDownloads = "declare what it wanted to download: a distribution as a build requirement that is locked, a file in `srcs`, a program in `tools`"

func networkNote(hosts []string) string {
	return "It asked the network for " + strings.Join(hosts, ", ") + "; a build has no network."
}
