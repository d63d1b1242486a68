package walls

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// kill kills all processes of the room, the program pid and what it started. While a room runs a program the helper must
// have no other children.
func (r *Room) kill(pid int) {
	if r.kind == Required {
		// As the first process of its namespace the helper reaches every other one, at once: no fork escapes.
		_ = unix.Kill(-1, unix.SIGKILL)
		return
	}
	_ = unix.Kill(-pid, unix.SIGKILL)
	killDescendants()
}

// reap waits for what was killed. All of it has become the helper's child: in Required because the helper is the first
// process of its namespace, in Paths because it said that it adopts orphans.
func (r *Room) reap() {
	for {
		_, err := unix.Wait4(-1, nil, unix.WALL, nil)
		if err != nil && err != unix.EINTR {
			return
		}
	}
}

// killDescendants kills all that descends from this process. They are stopped first, from the top, until a look around finds no
// new one: a process that forks faster than it is killed can't when it stands still.
func killDescendants() {
	stopped := map[int]bool{}
	for grew := true; grew; {
		grew = false
		for _, pid := range descendants(os.Getpid()) {
			if !stopped[pid] {
				stopped[pid], grew = true, true
				_ = unix.Kill(pid, unix.SIGSTOP)
			}
		}
	}
	for pid := range stopped {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

// descendants lists the living processes below root, parents before children.
func descendants(root int) []int {
	children := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, state := status(pid); state != 0 && state != 'Z' && state != 'X' {
			children[parent] = append(children[parent], pid)
		}
	}
	var found []int
	for next := []int{root}; len(next) > 0; next = next[1:] {
		found = append(found, children[next[0]]...)
		next = append(next, children[next[0]]...)
	}
	return found
}

// status reads a process's parent and state; state 0 means that it is gone.
func status(pid int) (parent int, state byte) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0
	}
	// The name in parentheses may hold anything, parentheses and spaces as well.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 2 {
		return 0, 0
	}
	parent, _ = strconv.Atoi(string(fields[1]))
	return parent, fields[0][0]
}
