package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// patience is how long a session may take to clean up before it is killed.
const patience = 30 * time.Second

// Start runs this program's own file with other arguments, to its end, and returns its exit code and what it printed. When ctx ends the process
// is asked to end.
func Start(ctx context.Context, dir string, args []string) (code int, output string) {
	// The death signal is the thread's.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own, err := os.Executable()
	if err != nil {
		return 1, err.Error()
	}
	var printed bytes.Buffer
	cmd := exec.CommandContext(ctx, own)
	cmd.Args = append([]string{os.Args[0]}, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &printed, &printed
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	endWithParent(cmd)
	err = cmd.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0, printed.String()
	case errors.As(err, &ended) && ended.Exited():
		return ended.ExitCode(), printed.String()
	}
	return 1, fmt.Sprintf("%sthe session ended without a result: %v\n", printed.String(), err)
}
