package cache

import (
	"fmt"
	"io"
	"io/fs"
	"syscall"
)

// describeChange writes what no program can set: a file that was overwritten, and given its old time, is another.
func describeChange(to io.Writer, info fs.FileInfo) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		fmt.Fprintf(to, "%d %d.%09d\n", stat.Ino, stat.Ctim.Sec, stat.Ctim.Nsec)
	}
}
