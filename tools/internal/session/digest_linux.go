package session

import (
	"syscall"
	"time"
)

// changeTime is when an inode last changed.
func changeTime(stat *syscall.Stat_t) time.Time { return time.Unix(stat.Ctim.Unix()) }
