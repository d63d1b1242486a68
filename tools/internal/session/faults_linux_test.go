package session

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// insideVariable says that a test runs with mounts of its own.
const insideVariable = "SESSION_TEST_MOUNTS"

// withMounts runs a test again, in a process that may mount, and whose mounts nobody else sees; the answer is true in that process.
func withMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideVariable) != "" {
		return true
	}
	t.Parallel()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(own, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, output)
	}
	return false
}

// small mounts a file system of some size.
func small(t *testing.T, dir, size string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// TestCacheRootReadOnly proves CACHE-5: a cache root on a read-only file system makes a cold build, says so, and is used again when it can be.
func TestCacheRootReadOnly(t *testing.T) {
	if !withMounts(t) {
		return
	}
	for _, kind := range kinds {
		s := newKept(t, kind)
		root := small(t, s.Config.Cache.Root, "64m")
		remount := func(flags uintptr) {
			if err := unix.Mount("", root, "", unix.MS_REMOUNT|flags, "size=64m"); err != nil {
				t.Fatal(err)
			}
		}
		s.want(t, "0")
		remount(unix.MS_RDONLY)
		s.want(t, "0", "the cache directory can't be used, and this build is cold: ", "read-only file system")
		if !strings.Contains(s.stderr, "warning: the cache directory can't be used") || !strings.Contains(s.stderr, root) {
			t.Errorf("%s: no warning: %s", kind, s.stderr)
		}
		remount(0)
		s.want(t, "1", "as the last build left it")
	}
}

// TestCacheRootElsewhere: a cache root may lie on another file system than the source, the room and the output, and be a chain of links to it.
func TestCacheRootElsewhere(t *testing.T) {
	if !withMounts(t) {
		return
	}
	for _, kind := range kinds {
		s := newKept(t, kind)
		elsewhere := small(t, filepath.Join(s.dir, "elsewhere"), "64m")
		for from, to := range map[string]string{"first": "second", "second": elsewhere + "/store"} {
			if err := os.Symlink(to, filepath.Join(s.dir, from)); err != nil {
				t.Fatal(err)
			}
		}
		s.Config.Cache.Root = filepath.Join(s.dir, "first")
		s.want(t, "0", "the cache directory can't be used", fmt.Sprintf("%s/first", s.dir)) // where the links lead there is nothing
		if err := os.Mkdir(elsewhere+"/store", 0o755); err != nil {
			t.Fatal(err)
		}
		s.want(t, "0", "nothing of the project was built before")
		s.want(t, "1", "as the last build left it")
		s.Config.Cache.Root = elsewhere + "/store"
		s.want(t, "2", "as the last build left it")
	}
}
