package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// patience is how long a step may take before it is worth a line.
	patience = 2 * time.Second
	// reminder is how often a step that goes on is named again.
	reminder = 15 * time.Second
)

// progress says what a long piece of work is at, a line each, so that it reads well in a terminal and in a log. What is
// quick stays silent.
type progress struct {
	out io.Writer
	// later calls a function after a time, until the returned one is called.
	later func(time.Duration, func()) (stop func())

	mu      sync.Mutex
	current int
	stop    func()
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, stop: func() {}, later: func(d time.Duration, say func()) func() {
		timer := time.AfterFunc(d, say)
		return func() { timer.Stop() }
	}}
}

// step begins the next step, and ends the one before.
func (p *progress) step(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begin()
	p.wait(p.current, what, 0, patience)
}

// end ends the last step.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begin()
}

func (p *progress) begin() {
	p.stop()
	p.stop = func() {}
	p.current++
}

// wait names the step after a time, if it still goes on then.
func (p *progress) wait(step int, what string, since, after time.Duration) {
	p.stop = p.later(after, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.current != step {
			return
		}
		since += after
		if since == patience {
			fmt.Fprintf(p.out, "%s …\n", what)
		} else {
			fmt.Fprintf(p.out, "%s … (%d s)\n", what, int(since.Seconds()))
		}
		p.wait(step, what, since, reminder)
	})
}
