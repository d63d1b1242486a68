package main

import (
	"bytes"
	"testing"
	"time"
)

// A step is named when it takes long, and again when it goes on; one that is over is not.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	var waits []time.Duration
	var due []func()
	p.later = func(d time.Duration, say func()) func() {
		waits, due = append(waits, d), append(due, say)
		return func() {}
	}
	p.step("quick")
	p.step("slow")
	due[0]()
	if out.Len() > 0 {
		t.Errorf("a step that is over was named: %q", out.String())
	}
	due[1]()
	due[2]()
	p.end()
	due[3]()
	if want := "slow …\nslow … (17 s)\n"; out.String() != want {
		t.Errorf("said %q, want %q", out.String(), want)
	}
	if want := []time.Duration{patience, patience, reminder, reminder}; len(waits) != len(want) || waits[1] != want[1] || waits[2] != want[2] {
		t.Errorf("waited %v, want %v", waits, want)
	}
}
