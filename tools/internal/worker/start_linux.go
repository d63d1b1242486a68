package worker

import (
	"os/exec"
	"syscall"
)

// endWithParent asks the kernel to end a process when the thread that starts it does: a worker that is killed leaves nothing behind.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
