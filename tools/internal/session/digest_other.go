//go:build !linux

package session

import (
	"syscall"
	"time"
)

// changeTime is now, as if each file were too new to be told by its state: its name differs between these systems.
func changeTime(*syscall.Stat_t) time.Time { return time.Now() }
