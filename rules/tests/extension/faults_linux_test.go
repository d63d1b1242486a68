package extension_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Who may be killed.
const (
	hook   = "hook" // a hook, or what it has started
	helper = "helper"
	worker = "worker"
	bazel  = "bazel" // server or client
)

// process is one that a workspace's Bazel has started, or that Bazel itself.
type process struct {
	pid, parent int
	role        string
	command     string
}

// census counts the processes of one workspace.
type census struct {
	token string // is in the paths of all that belongs to the workspace
	base  string // the output base
}

func newCensus(w *workspace) *census {
	w.t.Helper()
	base := strings.TrimSpace(w.succeeds(nil, "info", "output_base"))
	// A path in a table of mounts begins at the top of its file system.
	token := filepath.Join(filepath.Base(filepath.Dir(w.dir)), filepath.Base(w.dir))
	return &census{token, base[strings.LastIndexByte(base, '\n')+1:]}
}

// server is the process of Bazel's server.
func (c *census) server() int {
	text, _ := os.ReadFile(filepath.Join(c.base, "server/server.pid.txt"))
	pid, _ := strconv.Atoi(string(text))
	return pid
}

// take lists who is there. Helpers and workers have the cache root in their command line. What they start has it there too where walls are paths; behind
// others it has nothing of the machine, but the cache directory is among its mounts.
func (c *census) take() (found []process) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		p := process{}
		p.pid, _ = strconv.Atoi(filepath.Base(dir))
		line, _ := os.ReadFile(dir + "/cmdline")
		p.command = string(bytes.ReplaceAll(line, []byte{0}, []byte{' '}))
		at, _ := os.Readlink(dir + "/cwd")
		switch named := strings.Contains(p.command, c.token); {
		case named && strings.Contains(p.command, "--persistent_worker"):
			p.role = worker
		case named && strings.Contains(p.command, "--cache-helper="):
			p.role = helper
		case named && (strings.Contains(p.command, " --curses=no ") || strings.Contains(p.command, " --workspace_directory=")):
			p.role = bazel
		case named || strings.Contains(at, c.token+"/root"):
			p.role = hook
		default:
			if mounts, _ := os.ReadFile(dir + "/mountinfo"); !bytes.Contains(mounts, []byte(c.token)) {
				continue
			}
			p.role = hook
		}
		stat, _ := os.ReadFile(dir + "/stat")
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 2 || fields[0] == "Z" {
			continue // it has ended
		}
		p.parent, _ = strconv.Atoi(fields[1])
		found = append(found, p)
	}
	return found
}

// of lists those of one role.
func (c *census) of(role string) []process {
	return slices.DeleteFunc(c.take(), func(p process) bool { return p.role != role })
}

func (c *census) has(role string) bool { return len(c.of(role)) > 0 }

// waitFor waits until those that are left are none that the test minds. What was killed takes others with it, and they need a moment.
func (c *census) waitFor(t *testing.T, after string, minds func([]process) bool) {
	t.Helper()
	stuck := time.Now().Add(10 * time.Minute)
	for left := c.take(); len(left) > 0 && minds(left); left = c.take() {
		if time.Now().After(stuck) {
			t.Fatalf("%s: still there: %+v", after, left)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// start starts a build; the channel is closed when it has ended.
func start(t *testing.T, build *exec.Cmd) chan struct{} {
	t.Helper()
	if err := build.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = build.Wait()
		close(ended)
	}()
	return ended
}

// await waits for a process; the answer is false if the build ends before there is one.
func (c *census) await(role string, ended chan struct{}) bool {
	for !c.has(role) {
		if over(ended, time.Millisecond) {
			return false
		}
	}
	return true
}

// over waits for the end of a build, for a while.
func over(ended chan struct{}, patience time.Duration) bool {
	select {
	case <-ended:
		return true
	case <-time.After(patience):
		return false
	}
}

// kill starts a build, and kills whom it is told to at some moment. The answer says who it was, and whether the build was at work then.
func (s *soak) kill(role string) (who string, hit bool) {
	s.t.Helper()
	build := s.command("build", s.arguments()...)
	ended := start(s.t, build)
	defer func() { <-ended }()
	delay := time.Duration(s.random.Int64N(int64(s.session)))
	if role == bazel && s.random.IntN(2) == 0 {
		delay = time.Duration(s.random.Int64N(int64(s.whole))) // while it loads and analyses, too
	} else if !s.await(helper, ended) {
		return role, false
	}
	if over(ended, delay) {
		return role, false
	}
	candidates := s.of(role)
	if len(candidates) == 0 {
		return role, false
	}
	victim := candidates[s.random.IntN(len(candidates))]
	who = role
	if victim.pid == build.Process.Pid {
		who = "bazel's client"
	} else if role == bazel {
		who = "bazel's server"
	}
	found, err := os.FindProcess(victim.pid) // holds on to it, whoever gets its number
	if err != nil || !slices.ContainsFunc(s.of(role), func(p process) bool { return p.pid == victim.pid }) || found.Kill() != nil {
		return who, false
	}
	return who, true
}

// harm is what may happen to what is kept.
type harm struct {
	name string
	do   func(s *soak)
}

var harms = []harm{
	{"a corrupted file", func(s *soak) {
		s.overwrite("*/directory", func(text []byte) []byte {
			for i := range min(len(text), 100) {
				text[s.random.IntN(len(text))] ^= byte(1 + i%7)
			}
			return text
		})
	}},
	{"a record cut short", func(s *soak) {
		s.overwrite("*/record.json", func(text []byte) []byte { return text[:s.random.IntN(len(text))] })
	}},
	{"a clock that went back", func(s *soak) {
		s.overwrite("*/record.json", func(text []byte) []byte {
			before, after, ok := bytes.Cut(text, []byte(`"mark":"`))
			if !ok {
				return text // it was cut short, and its project not built since
			}
			return fmt.Appendf(nil, `%s"mark":"2100%s`, before, after[4:])
		})
	}},
	{"bazel clean", func(s *soak) { s.succeeds(nil, "clean") }},
	{"a cache root that is gone", func(s *soak) {
		if err := os.RemoveAll(s.root); err != nil {
			s.t.Fatal(err)
		}
	}},
}

// overwrite changes a file of the cache root, one of those that are or lie below what the pattern names.
func (s *soak) overwrite(pattern string, change func([]byte) []byte) {
	s.t.Helper()
	tops, err := filepath.Glob(filepath.Join(s.root, pattern))
	if err != nil {
		s.t.Fatal(err)
	}
	var files []string
	for _, top := range tops {
		err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
			if info, infoErr := entry.Info(); err == nil && infoErr == nil && info.Mode().IsRegular() && info.Size() > 0 {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if len(files) == 0 {
		return // nothing was kept
	}
	file := files[s.random.IntN(len(files))]
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, change(text), 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
