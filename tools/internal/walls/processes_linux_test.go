package walls

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// A daemon that a backend left is gone when its hook has ended: Hold waits for ever for one that isn't.
func TestDaemonsAreGone(t *testing.T) {
	const daemons = `
		sleep 1000000 & (/usr/bin/setsid sh -c 'sleep 1000000 & sleep 1000000' > /dev/null 2>&1 < /dev/null &) ; (nohup sleep 1000000 &)
		(trap '' TERM HUP INT; sleep 1000000 & sleep 1000000) &`
	each(t, func(t *testing.T, kind Kind) {
		do := script(kind, daemons)
		do.Hold = true
		works(t, do)
		// And with the context's end, when the program itself hangs.
		do.Args[1] += "\necho ready\nsleep 1000000"
		do.Stop = true
		if got := run(t, do); got.Err == "" || !strings.Contains(got.Err, "the test stopped it") || got.Close != "" || len(got.Leftover) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// A process tree that forks faster than it can be killed one by one.
func TestForksAreGone(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		do := script(kind, `f() { (f) & sleep 1000000; }
			g() { while :; do (sleep 0.01 &); done; }
			(g) & (g) & echo ready; sleep 1000000`)
		do.Hold, do.Stop = true, true
		if got := run(t, do); !strings.Contains(got.Err, "the test stopped it") {
			t.Errorf("%+v", got)
		}
	})
}

// hanging starts a helper whose hook hangs with a daemon, and returns when both are there, with the processes of the helper:
// the outer, the inner, the hook. All of them, and nobody else, have the other end of out.
func hanging(t *testing.T, kind Kind) (cmd *exec.Cmd, out *bufio.Reader, stderr *bytes.Buffer, pids []int) {
	t.Helper()
	cmd = helper(t, script(kind, `(/usr/bin/setsid sh -c 'echo daemon; sleep 1000000' &) ; sh -c 'echo child; sleep 1000000' & wait`))
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out = bufio.NewReader(pipe)
	for range 2 {
		if _, err := out.ReadString('\n'); err != nil {
			t.Fatal(err, stderr)
		}
	}
	return cmd, out, stderr, append([]int{cmd.Process.Pid}, descendants(cmd.Process.Pid)...)
}

// The helper is killed while a hook runs: no process stays, whichever of the two is killed. The pipe's end shows it.
func TestHelperKilled(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		for which, name := range []string{"outer", "inner"} {
			t.Run(name, func(t *testing.T) {
				cmd, out, _, pids := hanging(t, kind)
				if len(pids) < 3 {
					t.Fatalf("expected outer, inner, hook and what it started: %v", pids)
				}
				if err := syscall.Kill(pids[which], syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, out)
				if err := cmd.Wait(); err == nil {
					t.Error("a killed helper succeeded")
				}
				// What it left of its room is no obstacle, and the next room has the same name.
				var do task
				value, _ := strings.CutPrefix(cmd.Env[len(cmd.Env)-1], helperVariable+"=")
				if err := json.Unmarshal([]byte(value), &do); err != nil {
					t.Fatal(err)
				}
				do.Args = []string{"-c", "echo $HOME"}
				if got := works(t, do).Stdout; !strings.HasSuffix(got, "/pyproject/home\n") {
					t.Errorf("HOME is %s", got)
				}
			})
		}
	})
}

// A signal to the outer process ends the hook and the room in order, and the exit code is the inner one's.
func TestSignalsAreRelayed(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		cmd, out, stderr, _ := hanging(t, kind)
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Fatal(err, stderr)
		}
		if got := stderr.String(); !strings.Contains(got, "stop ") || !strings.Contains(got, `"Close":""`) || !strings.Contains(got, `"Leftover":null`) {
			t.Error(got)
		}
	})
}

// The exit code passes through, a signal as a shell says it, and a stale marker confuses nobody.
func TestExitCode(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		do := script(kind, "exit 7")
		if got := run(t, do); got.Code != 0 || got.Err != "exit status 7" {
			t.Errorf("%+v", got)
		}
		do.Mode = "exit"
		if got := run(t, do); got.Code != 9 {
			t.Errorf("%+v", got)
		}
		do.Mode = "killed"
		if got := run(t, do); got.Code != 128+9 {
			t.Errorf("%+v", got)
		}
		for _, value := range []string{"required user:[1]", "paths 1", "", "required", "paths"} {
			do := script(kind, "echo works")
			cmd := helper(t, do)
			cmd.Env = append(cmd.Env, marker+"="+value)
			if got := finish(t, cmd); got.Stdout != "works\n" {
				t.Errorf("marker %q: %+v", value, got)
			}
		}
	})
}
