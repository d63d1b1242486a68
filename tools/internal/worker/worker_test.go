package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// startVariable makes the test binary what Start starts.
const startVariable = "WORKER_TEST_START"

func TestMain(m *testing.M) {
	switch os.Getenv(startVariable) {
	case "":
		os.Exit(m.Run())
	case "print":
		fmt.Println("out", strings.Join(os.Args[1:], " "))
		fmt.Fprintln(os.Stderr, "err")
		os.Exit(3)
	case "crash":
		fmt.Println("before")
		process, _ := os.FindProcess(os.Getpid())
		_ = process.Kill()
	}
	if os.Getenv(startVariable) == "parent" {
		os.Setenv(startVariable, "wait")
		Start(context.Background(), "", nil)
	}
	for { // until it is asked to end
		time.Sleep(time.Hour)
	}
}

// bazel is the other side of a worker.
type bazel struct {
	t         *testing.T
	requests  *io.PipeWriter
	responses *bufio.Scanner
	served    chan error
}

func serve(t *testing.T, ctx context.Context, work Work) *bazel {
	t.Helper()
	in, requests := io.Pipe()
	responses, out := io.Pipe()
	b := &bazel{t, requests, bufio.NewScanner(responses), make(chan error, 1)}
	go func() { b.served <- Serve(ctx, in, out, work) }()
	return b
}

func (b *bazel) send(text string) {
	b.t.Helper()
	if _, err := io.WriteString(b.requests, text); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bazel) receive() Response {
	b.t.Helper()
	if !b.responses.Scan() {
		b.t.Fatal("no response", b.responses.Err())
	}
	var response Response
	if err := json.Unmarshal(b.responses.Bytes(), &response); err != nil {
		b.t.Fatalf("%s: %v", b.responses.Text(), err)
	}
	return response
}

func (b *bazel) end() {
	b.t.Helper()
	if err := <-b.served; err != nil {
		b.t.Error(err)
	}
}

// TestServe proves BYTES-3's worker: requests with and without a newline between them, unknown fields, and the end of input.
func TestServe(t *testing.T) {
	b := serve(t, context.Background(), func(_ context.Context, r Request) (int, string) {
		return len(r.Arguments), strings.Join(r.Arguments, "|") + r.SandboxDir
	})
	b.send(`{"arguments":["a","ü \"x\""],"inputs":[{"path":"p","digest":"ZA=="}],"verbosity":10}`)
	if got := b.receive(); got != (Response{ExitCode: 2, Output: `a|ü "x"`}) {
		t.Errorf("%+v", got)
	}
	b.send("{\"requestId\": 7, \"sandboxDir\": \"d\"}\n")
	if got := b.receive(); got != (Response{Output: "d", ID: 7}) {
		t.Errorf("%+v", got)
	}
	b.send(`{"requestId": 9, "cancel": true}`) // which was never there
	b.requests.Close()
	b.end()
}

func TestServeGarbage(t *testing.T) {
	b := serve(t, context.Background(), nil)
	b.send("no JSON\n")
	if err := <-b.served; err == nil || !strings.Contains(err.Error(), "read a request of Bazel") {
		t.Error(err)
	}
}

// TestServeEnds: what is at work ends with its cancellation, the end of input and the end of the worker, before Serve comes back.
func TestServeEnds(t *testing.T) {
	for _, how := range []string{"cancelled", "end of input", "told to"} {
		ctx, stop := context.WithCancel(context.Background())
		started, ended := make(chan int, 1), make(chan int, 1)
		b := serve(t, ctx, func(ctx context.Context, r Request) (int, string) {
			started <- r.ID
			<-ctx.Done()
			ended <- r.ID
			return 1, "ended"
		})
		b.send(`{"requestId": 3}`)
		<-started
		switch how {
		case "cancelled":
			b.send(`{"requestId": 3, "cancel": true}`)
		case "end of input":
			b.requests.Close()
		case "told to":
			stop()
		}
		if got := b.receive(); got != (Response{ID: 3, WasCancelled: true}) {
			t.Errorf("%s: %+v", how, got)
		}
		b.requests.Close()
		b.end()
		if <-ended != 3 {
			t.Errorf("%s: it is still at work", how)
		}
		stop()
	}
}

// TestStart: a session's process is told apart from the worker's: its output and exit code, its crash, and its end by the context.
func TestStart(t *testing.T) {
	t.Setenv(startVariable, "print")
	if code, output := Start(context.Background(), "", []string{"a", "b"}); code != 3 || output != "out a b\nerr\n" {
		t.Errorf("%d %q", code, output)
	}
	t.Setenv(startVariable, "crash")
	if code, output := Start(context.Background(), "", nil); code != 1 || output != "before\nthe session ended without a result: signal: killed\n" {
		t.Errorf("%d %q", code, output)
	}
	t.Setenv(startVariable, "wait")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if code, output := Start(ctx, "", nil); code != 1 || !strings.Contains(output, "context canceled") {
		t.Errorf("%d %q", code, output)
	}
}
