package hook

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// pipes are the three pipes of a call. The child's ends are the exported side; finish closes them all.
type pipes struct {
	request, response, output *os.File

	ours   []*os.File
	answer []byte
	errs   chan error
}

// openPipes opens the pipes and starts to write the message and to read answer and output.
func openPipes(message []byte, output io.Writer) (*pipes, error) {
	p := &pipes{errs: make(chan error, 3)}
	var writeRequest, readResponse, readOutput *os.File
	var err error
	for _, pair := range []struct{ reader, writer **os.File }{
		{&p.request, &writeRequest}, {&readResponse, &p.response}, {&readOutput, &p.output},
	} {
		if *pair.reader, *pair.writer, err = os.Pipe(); err != nil {
			p.closeChildEnds()
			return nil, fmt.Errorf("open pipe: %w", err)
		}
	}
	p.ours = []*os.File{writeRequest, readResponse, readOutput}
	go func() {
		// A backend's interpreter that dies before it has read the request is reported by its exit, not here.
		_, _ = writeRequest.Write(message)
		p.errs <- writeRequest.Close()
	}()
	go func() {
		var err error
		p.answer, err = io.ReadAll(io.LimitReader(readResponse, maxResponse))
		p.errs <- notDeadline(err)
	}()
	go func() { p.errs <- drain(output, readOutput) }()
	return p, nil
}

// drain copies everything, and goes on reading when the destination fails, so that the backend never blocks on it.
func drain(dst io.Writer, src io.Reader) error {
	if dst == nil {
		dst = io.Discard
	}
	keep := &writeAnyway{w: dst}
	_, err := io.Copy(keep, src)
	return errors.Join(notDeadline(err), keep.failed)
}

// writeAnyway never fails; it keeps the first error of w.
type writeAnyway struct {
	w      io.Writer
	failed error
}

func (w *writeAnyway) Write(p []byte) (int, error) {
	if w.failed == nil {
		_, w.failed = w.w.Write(p)
	}
	return len(p), nil
}

// finish is called when the process and all that it left are gone: what is still in the pipes is read, and no more.
func (p *pipes) finish() ([]byte, error) {
	p.closeChildEnds()
	// Every writer is gone, so this is reached at once by end of file. The deadline is for a process that escaped: the
	// build must not hang on it.
	for _, f := range p.ours {
		_ = f.SetDeadline(time.Now().Add(grace))
	}
	var errs []error
	for range cap(p.errs) {
		errs = append(errs, <-p.errs)
	}
	for _, f := range p.ours[1:] {
		f.Close()
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("read from hook: %w", err)
	}
	return p.answer, nil
}

// grace is how long finish waits for a pipe that something outside of the walls still holds.
const grace = 5 * time.Second

func (p *pipes) closeChildEnds() {
	for _, f := range []*os.File{p.request, p.response, p.output} {
		if f != nil {
			f.Close()
		}
	}
}

func notDeadline(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}
