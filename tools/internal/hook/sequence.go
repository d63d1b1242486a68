package hook

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// Sequence calls hooks of one backend, one after the other, as Call does each of them, and takes less time: the interpreters
// all start at once, as forks of one in which no hook has run. The backend is imported once, before they fork (each imports it by itself where a
// fork would lack something, a thread or a child that the import has started); one from the source tree is imported again after a hook that has changed
// anything there. No interpreter is shared: what a hook leaves in memory is gone with it. What
// it leaves running ends with the sequence.
type Sequence struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	status chan ending
	plan   *os.File
	exits  map[int]Exit
	hooks  []*member
	next   int

	ended  chan struct{} // closed when the process, and all that it started, are gone
	exit   Exit
	runErr error
	close  sync.Once
	err    error
}

// member is one hook of a sequence: our ends of its pipes, and theirs until the process has started.
type member struct {
	request  *os.File // where the request is written
	response *os.File // an unlinked file: a forgotten child of the hook may hold it open
	output   *os.File // what it prints
	theirs   []*os.File
	copied   chan error
}

// ending is how the interpreter of one hook ended.
type ending struct {
	number int
	exit   Exit
}

// Start starts an interpreter for as many calls as there are outputs, each of which receives what one hook prints. Of the
// base Request it takes Python, CallerCode and Env, and Source, which may be any directory: the source tree is named by Plan. So it can
// start while the source is still being staged. The caller closes the sequence.
func Start(ctx context.Context, runner Runner, base Request, outputs ...io.Writer) (*Sequence, error) {
	args, err := interpreter.Arguments(Caller, base.CallerCode)
	if err != nil {
		return nil, err
	}
	s := &Sequence{status: make(chan ending, len(outputs)), exits: map[int]Exit{}, ended: make(chan struct{})}
	readPlan, writePlan, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	s.plan = writePlan
	readStatus, writeStatus, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open pipe: %w", err), readPlan.Close(), writePlan.Close())
	}
	theirs := []*os.File{readPlan, writeStatus}
	for _, output := range outputs {
		m, err := newMember(output)
		if err != nil {
			closeAll(append(theirs, writePlan, readStatus))
			return nil, errors.Join(err, s.closeMembers())
		}
		s.hooks = append(s.hooks, m)
		theirs = append(theirs, m.theirs...)
	}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	go s.readStatus(readStatus)
	go func() {
		defer close(s.ended)
		s.exit, s.runErr = runner.Run(s.ctx, Process{
			Path: base.Python, Args: args, Dir: base.Source, Env: base.Env,
			// What the first of the interpreters itself has to say would be an error of this package.
			Output: s.hooks[0].theirs[2], ExtraFiles: theirs,
		})
		closeAll([]*os.File{readPlan, writeStatus})
		for _, m := range s.hooks {
			// The response is ours as well: one open file, read when it is complete.
			closeAll([]*os.File{m.theirs[0], m.theirs[2]})
		}
	}()
	return s, nil
}

// Plan says what the interpreters are for, before the first call. Of the base Request it takes Backend, BackendPath, Source and
// MoreEnv.
func (s *Sequence) Plan(base Request) error {
	variables := map[string]string{}
	for _, variable := range base.MoreEnv {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	plan, err := json.Marshal(map[string]any{
		"backend": base.Backend, "backend_path": base.backendPath(), "source": base.Source, "variables": variables, "hooks": len(s.hooks),
	})
	if err != nil {
		return fmt.Errorf("encode plan: %w", err)
	}
	// An interpreter that has ended before it has read this is reported by its exit.
	_, _ = s.plan.Write(plan)
	s.plan.Close()
	return nil
}

func newMember(output io.Writer) (*member, error) {
	m := &member{copied: make(chan error, 1)}
	readRequest, writeRequest, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	response, err := os.CreateTemp("", "response-")
	if err != nil {
		closeAll([]*os.File{readRequest, writeRequest})
		return nil, fmt.Errorf("open response: %w", err)
	}
	os.Remove(response.Name())
	readOutput, writeOutput, err := os.Pipe()
	if err != nil {
		closeAll([]*os.File{readRequest, writeRequest, response})
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	m.request, m.response, m.output = writeRequest, response, readOutput
	m.theirs = []*os.File{readRequest, response, writeOutput}
	go func() { m.copied <- drain(output, readOutput) }()
	return m, nil
}

// readStatus reads one line for each interpreter that has ended: its number, and the status that wait gave.
func (s *Sequence) readStatus(from *os.File) {
	defer from.Close()
	defer close(s.status)
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		var number, status int
		if _, err := fmt.Sscan(lines.Text(), &number, &status); err != nil || number < 0 || number >= len(s.hooks) {
			continue
		}
		exit := Exit{Code: syscall.WaitStatus(status).ExitStatus()}
		if ended := syscall.WaitStatus(status); ended.Signaled() {
			exit = Exit{Signal: ended.Signal()}
		}
		s.status <- ending{number, exit}
	}
}

// Call calls the next hook. ctx bounds this one call: when it ends, so does the whole sequence.
func (s *Sequence) Call(ctx context.Context, request Request) (Response, error) {
	message, err := request.encode()
	if err != nil {
		return Response{}, fmt.Errorf("encode request: %w", err)
	}
	number := s.next
	m := s.hooks[number]
	s.next++
	stop := context.AfterFunc(ctx, func() { s.cancel(context.Cause(ctx)) })
	defer stop()
	go func() {
		// A backend's interpreter that dies before it has read the request is reported by its exit, not here.
		_, _ = m.request.Write(message)
		m.request.Close()
	}()
	exit, err := s.wait(number)
	if err != nil {
		return Response{}, err
	}
	answer, err := io.ReadAll(io.NewSectionReader(m.response, 0, maxResponse))
	if err != nil {
		return Response{}, fmt.Errorf("read response: %w", err)
	}
	return decode(request.Hook, answer, exit), nil
}

// wait waits for the end of one hook's interpreter, or of all.
func (s *Sequence) wait(number int) (Exit, error) {
	if exit, known := s.exits[number]; known {
		return exit, nil
	}
	for ending := range s.status {
		if ending.number == number {
			return ending.exit, nil
		}
		// A later interpreter has ended before its time: importing the backend ended it. Its answer, or that there is
		// none, is found when it is called.
		s.exits[ending.number] = ending.exit
	}
	<-s.ended
	switch {
	case s.ctx.Err() != nil:
		return Exit{}, context.Cause(s.ctx)
	case s.runErr != nil:
		return Exit{}, fmt.Errorf("run the interpreter: %w", s.runErr)
	}
	// The first interpreter, which waits for the others, has ended: whatever did that has ended the hook as well.
	return s.exit, nil
}

// errClosed ends what was not called.
var errClosed = errors.New("the sequence is closed")

// Close ends the sequence. When it returns nothing of it runs any more, and the outputs are complete.
func (s *Sequence) Close() error {
	s.close.Do(func() {
		if s.next < len(s.hooks) {
			s.cancel(errClosed)
		}
		<-s.ended
		s.cancel(errClosed)
		s.plan.Close()
		s.err = s.closeMembers()
	})
	return s.err
}

// closeMembers closes our ends, and theirs if no process was started.
func (s *Sequence) closeMembers() error {
	var errs []error
	for _, m := range s.hooks {
		closeAll(m.theirs)
		// Every writer is gone, and the end of the file is reached at once; see grace.
		_ = m.output.SetDeadline(time.Now().Add(grace))
		errs = append(errs, <-m.copied)
		closeAll([]*os.File{m.request, m.response, m.output})
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("read from hook: %w", err)
	}
	return nil
}

// closeAll closes files, some of which may be closed already.
func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
