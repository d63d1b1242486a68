package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"
)

// busy is the share of all processors' time above which the machine does something else.
const busy = 0.15

// quiet waits for moments in which the machine does nothing else, as long as there is patience.
type quiet struct {
	patience time.Duration // what is left of it, for the whole run
	waited   time.Duration
	glance   time.Duration // how long the machine is looked at
	// measured counts what was measured, and disturbed those that began although the machine was busy.
	measured  int
	disturbed int
	shares    func() (idle, all float64, known bool) // processorTime, but in tests
}

// wait returns when the machine is quiet, or the patience is at its end.
func (q *quiet) wait(ctx context.Context) {
	q.measured++
	for {
		idle, all, known := q.shares()
		if !known {
			return
		}
		start := time.Now()
		select {
		case <-ctx.Done():
			return
		case <-time.After(q.glance):
		}
		idleThen, allThen, _ := q.shares()
		if allThen <= all || 1-(idleThen-idle)/(allThen-all) < busy {
			return
		}
		took := time.Since(start)
		if q.patience -= took; q.patience < 0 {
			q.disturbed++
			return
		}
		q.waited += took
	}
}

// processorTime is what all processors did since the machine started: nothing, and anything. Only Linux says it this way.
func processorTime() (idle, all float64, known bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, false
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 6 {
		return 0, 0, false
	}
	// user nice system idle iowait irq softirq steal; what follows is part of the first ones.
	for i, field := range fields[1:min(len(fields), 9)] {
		value, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return 0, 0, false
		}
		all += value
		if i == 3 || i == 4 {
			idle += value
		}
	}
	return idle, all, true
}
