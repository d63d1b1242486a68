package session

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// newToken is an argument for sleep that no other process has.
func newToken() string { return fmt.Sprintf("86399.%09d", rand.IntN(1e9)) }

// running says whether a process with the token among its arguments runs, in whichever namespace.
func running(t *testing.T, token string) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		// One that has ended since has no command line.
		line, _ := os.ReadFile(file)
		words := strings.Split(string(line), "\x00")
		if len(words) > 1 && strings.HasSuffix(words[0], "sleep") && words[1] == token {
			return true
		}
	}
	return false
}

func expectNoProcess(t *testing.T, token string) {
	t.Helper()
	if running(t, token) {
		t.Error("a process that the hook started is still there")
	}
}

// until waits for a condition; the test's own time limit ends it.
func until(condition func() bool) {
	for !condition() {
		time.Sleep(5 * time.Millisecond)
	}
}

// daemon starts a process that leaves its session and its parent and keeps the output open.
const daemon = `
import os
def start():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "%s"])
        os._exit(0)
    os.wait()
`

// TestDaemon proves that what a backend leaves running is gone when the session ends, whether the hook succeeded or not.
func TestDaemon(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		for _, end := range []string{"return maker.wheel(d)", "raise ValueError"} {
			token := newToken()
			s := newSession(t, kind, fmt.Sprintf(daemon, token)+"def build_wheel(d, *a):\n start()\n "+end, nil)
			s.run(t)
			if wanted := map[bool]int{true: 0, false: 1}[strings.HasPrefix(end, "return")]; s.code != wanted {
				t.Errorf("exit code %d:\n%s", s.code, s.stderr)
			}
			expectNoProcess(t, token)
		}
	})
}

// TestHelperKilled proves that no process stays, and no room, when the helper is killed while a hook runs.
func TestHelperKilled(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
			token := newToken()
			s := newSession(t, kind, fmt.Sprintf(daemon, token)+"import time\ndef build_wheel(*a):\n start()\n time.sleep(86399)", nil)
			cmd := s.command(t)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(func() bool { return running(t, token) })
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			until(func() bool { return !running(t, token) })
			if signal == syscall.SIGTERM && !strings.Contains(readFile(t, s.Config.Log), "== build_wheel of backend") {
				t.Errorf("the log of an interrupted session lacks the hook:\n%s", stderr.String())
			}
		}
	})
}
