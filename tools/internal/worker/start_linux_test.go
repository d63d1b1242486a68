package worker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestStartDiesWithParent: a worker that is killed leaves no session behind.
func TestStartDiesWithParent(t *testing.T) {
	worker := exec.Command(os.Args[0])
	worker.Env = append(os.Environ(), startVariable+"=parent")
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	child := ""
	for child == "" {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", worker.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			found, _ := os.ReadFile(task)
			child += strings.TrimSpace(string(found))
		}
	}
	if err := worker.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = worker.Wait()
	for {
		if _, err := os.Stat("/proc/" + child); os.IsNotExist(err) {
			return
		}
		if status, _ := os.ReadFile("/proc/" + child + "/stat"); strings.Contains(string(status), ") Z ") {
			return // it has ended, and nobody asks how
		}
	}
}
