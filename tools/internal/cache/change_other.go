//go:build !linux

package cache

import (
	"io"
	"io/fs"
)

// describeChange has nothing to say where nothing else is known than what describe writes.
func describeChange(io.Writer, fs.FileInfo) {}
