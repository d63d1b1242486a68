// Package worker speaks Bazel's persistent worker protocol in JSON: requests on one stream, responses on the other, one object each.
// https://bazel.build/remote/persistent. What a request does is a process of its own (Start): one that crashes takes no other
// with it, and leaves nothing in memory.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Request is a WorkRequest. Fields that are not used here are left out.
type Request struct {
	// Arguments are those of the action's parameter file.
	Arguments []string `json:"arguments"`
	// ID tells requests that run at the same time; Bazel sends 0 where there is one at a time.
	ID int `json:"requestId"`
	// Cancel asks for the end of the request with this ID.
	Cancel bool `json:"cancel"`
	// SandboxDir is where the inputs of this request are, relative to the worker's directory; empty for that directory.
	SandboxDir string `json:"sandboxDir"`
}

// Response is a WorkResponse.
type Response struct {
	ExitCode int `json:"exitCode"`
	// Output is shown to people.
	Output       string `json:"output"`
	ID           int    `json:"requestId"`
	WasCancelled bool   `json:"wasCancelled,omitempty"`
}

// Work does what a request asks for. When ctx ends it ends too, and leaves nothing running.
type Work func(ctx context.Context, request Request) (code int, output string)

// Serve answers requests until the input or ctx ends. Then what is at work is ended as well. Nothing but responses is written to out.
func Serve(ctx context.Context, in io.Reader, out io.Writer, work Work) error {
	ctx, cancel := context.WithCancel(ctx)
	s := &server{out: json.NewEncoder(out), work: work, running: map[int]context.CancelFunc{}}
	defer s.all.Wait()
	defer cancel()
	requests, failed := make(chan Request), make(chan error, 1)
	go func() { failed <- read(ctx, in, requests) }()
	for {
		select {
		case request := <-requests:
			s.take(ctx, request)
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

func read(ctx context.Context, in io.Reader, to chan<- Request) error {
	decoder := json.NewDecoder(in)
	for {
		var request Request
		if err := decoder.Decode(&request); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a request of Bazel: %w", err)
		}
		select {
		case to <- request:
		case <-ctx.Done():
			return nil
		}
	}
}

type server struct {
	work    Work
	all     sync.WaitGroup
	mutex   sync.Mutex // of what follows
	out     *json.Encoder
	running map[int]context.CancelFunc
}

// take begins what a request asks for, or cancels it.
func (s *server) take(ctx context.Context, request Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if request.Cancel {
		// One that has been answered needs no other answer.
		if stop, ok := s.running[request.ID]; ok {
			stop()
		}
		return
	}
	ctx, stop := context.WithCancel(ctx)
	s.running[request.ID] = stop
	s.all.Go(func() {
		defer stop()
		code, output := s.work(ctx, request)
		response := Response{ExitCode: code, Output: output, ID: request.ID}
		if ctx.Err() != nil {
			response = Response{ID: request.ID, WasCancelled: true}
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		delete(s.running, request.ID)
		_ = s.out.Encode(response) // a Bazel that is gone reads no answer
	})
}
