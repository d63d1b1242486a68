package walls

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// etc are the files of the room's own /etc. Nothing in them is from the machine.
var etc = map[string]string{
	"passwd": "root:x:0:0:root:/nonexistent:/bin/false\n" +
		userName + ":x:" + strconv.Itoa(innerID) + ":" + strconv.Itoa(innerID) + "::" + Home + ":/bin/sh\n" +
		"nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
	"group":         "root:x:0:\n" + userName + ":x:" + strconv.Itoa(innerID) + ":\nnogroup:x:65534:\n",
	"hosts":         "127.0.0.1 localhost " + hostName + "\n::1 localhost " + hostName + "\n",
	"hostname":      hostName + "\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
	// The resolver is the helper's own; it knows no name and remembers each that it was asked for.
	"resolv.conf": "nameserver " + resolverAddress + "\noptions timeout:1 attempts:1\n",
}

// systemEtc are the machine's, because they belong to /usr: where shared libraries are, and what /usr/bin/awk or cc is.
var systemEtc = []string{"ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld-musl-*.path", "alternatives"}

// makeEtc makes /etc.
func (r *Room) makeEtc() error {
	if err := os.MkdirAll(r.Outside("/etc"), 0o755); err != nil {
		return err
	}
	for name, text := range etc {
		if err := os.WriteFile(r.Outside("/etc/"+name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, pattern := range systemEtc {
		paths, err := filepath.Glob("/etc/" + pattern)
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := r.bind(path, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeDev makes /dev: what programs expect of it, a /dev/shm of its own because multiprocessing needs one, and terminals of its own.
func (r *Room) makeDev() error {
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := r.bindDevice("/dev/" + name); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx",
	} {
		if err := os.Symlink(target, r.Outside("/dev/"+name)); err != nil {
			return err
		}
	}
	pts := r.Outside("/dev/pts")
	if err := os.Mkdir(pts, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("devpts", pts, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"); err != nil {
		return fmt.Errorf("mount /dev/pts: %w", err)
	}
	return nil
}

// mountProc mounts the process table of the helper's own namespace. A hook doesn't even see the helper in it, whose command line
// has paths of the machine. It is read-only: where root runs the helper, a hook is root's user without its capabilities, and the
// kernel's settings (/proc/sys, /proc/sysrq-trigger) ask for no more than that.
func (r *Room) mountProc() error {
	target := r.Outside("/proc")
	if err := os.Mkdir(target, 0o555); err != nil {
		return err
	}
	const flags = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	err := unix.Mount("proc", target, "proc", flags, "hidepid=ptraceable")
	if errors.Is(err, unix.EINVAL) { // before Linux 5.8
		err = unix.Mount("proc", target, "proc", flags, "")
	}
	if err != nil {
		// The kernel refuses a new process table where parts of the old one are covered, as containers do.
		return refused("mount /proc (containers that cover parts of their own forbid it)", err)
	}
	return nil
}

// isolate fixes what namespaces other than the mounts' hold.
func (r *Room) isolate() error {
	if err := unix.Sethostname([]byte(hostName)); err != nil {
		return fmt.Errorf("set the host's name: %w", err)
	}
	if err := unix.Setdomainname([]byte("(none)")); err != nil {
		return fmt.Errorf("set the domain's name: %w", err)
	}
	// A hook needs no namespaces of its own, and in them it would be root. Where /proc/sys can't be written they stay
	// possible, which breaks nothing: mounts of the room are locked in them.
	_ = os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0)
	var err error
	r.network, err = openNetwork()
	return err
}

// enter shuts the calling thread in: a mount namespace in which the room is all there is, writable only where hooks may write,
// and no capability left. Nothing of the machine can be reached by its children, by no path and no process.
func (r *Room) enter() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare the mounts: %w", err)
	}
	for _, dir := range writable {
		path := r.Outside(dir)
		if err := unix.Mount(path, path, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("bind %s: %w", dir, err)
		}
	}
	if err := unix.Mount("", r.root, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV, ""); err != nil {
		return fmt.Errorf("make the root read-only: %w", err)
	}
	// The old root ends up over the new one, and is taken away.
	if err := unix.Chdir(r.root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	return dropCapabilities()
}

// dropCapabilities takes all capabilities from the calling thread and its children.
func dropCapabilities() error {
	for c := uintptr(0); ; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); errors.Is(err, unix.EINVAL) {
			break // past the last one that this kernel knows
		} else if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("drop ambient capabilities: %w", err)
	}
	none := [2]unix.CapUserData{}
	if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	return nil
}
