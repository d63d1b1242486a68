package walls

import (
	"os"

	"golang.org/x/sys/unix"
)

// IsTerminal says whether a command may have file as its terminal: it is one, and this process belongs to its foreground.
func IsTerminal(file *os.File) bool {
	_, err := unix.IoctlGetInt(int(file.Fd()), unix.TIOCGPGRP)
	return err == nil
}
