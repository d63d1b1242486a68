package walls

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// hostName is the machine's name in the room.
const hostName = "pyproject"

// systemRoots are the directories of the operating system. Where they are links, as /lib is on most machines, they become links.
var systemRoots = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"}

// writable are the directories of the room that a hook may write to; everything else is read-only for it.
var writable = []string{Source, Environment, Cache, Output, Home, Tmp, "/tmp", "/dev/shm"}

// openRequired makes a root directory for hooks with its places, and begins to raise the walls around it.
func (r *Room) openRequired(ctx context.Context) error {
	if os.Getpid() != 1 {
		return errors.New("walls: a room with required walls was opened without walls.Reenter")
	}
	// The mounts of the room stay in this namespace, and the first of them shows whether any is allowed.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return refused("mount", err)
	}
	root, claimed, err := claim(r.spec.TempDir)
	if err != nil {
		return fmt.Errorf("make the room: %w", err)
	}
	r.mount, r.claimed = root, claimed
	options := "mode=0755"
	if r.spec.Size != "" {
		options += ",size=" + r.spec.Size
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return refused("mount a memory file system", err)
	}
	r.root = root
	r.addPlaces()
	if err := r.makePlaces(); err != nil {
		return fmt.Errorf("make the room: %w", err)
	}
	if err := r.showCache(); err != nil {
		return fmt.Errorf("make the room: %w", err)
	}
	r.raised = make(chan struct{})
	go func() {
		defer close(r.raised)
		r.flaw = r.raise(ctx)
	}()
	return nil
}

// raise shows in the room what hooks may see of the machine, and starts the thread that starts them in it.
func (r *Room) raise(ctx context.Context) (err error) {
	for _, step := range []func() error{
		r.showSystem, r.makeEtc, r.makeDev, r.showInterpreter, r.hidePackages, r.showExecroot, r.showReadOnly, r.linkTools, r.sealHidden,
		r.mountProc, r.isolate,
	} {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := step(); err != nil {
			return fmt.Errorf("make the room: %w", err)
		}
	}
	r.keeper, err = newKeeper(r.enter)
	return err
}

// makePlaces makes the directories that belong to the room itself.
func (r *Room) makePlaces() error {
	for _, place := range places {
		if err := os.MkdirAll(r.Outside(place), 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{"/tmp", "/dev/shm"} {
		if err := os.MkdirAll(r.Outside(dir), 0o755); err != nil {
			return err
		}
		// Not by MkdirAll: the umask would take bits away.
		if err := os.Chmod(r.Outside(dir), 0o777|os.ModeSticky); err != nil {
			return err
		}
	}
	return nil
}

// showSystem shows the operating system, without what was installed beside it.
func (r *Room) showSystem() error {
	for _, dir := range systemRoots {
		if link, err := os.Readlink(dir); err == nil {
			if err := os.Symlink(link, r.Outside(dir)); err != nil {
				return err
			}
		} else if info, err := os.Stat(dir); err == nil && info.IsDir() {
			if err := r.bind(dir, dir); err != nil {
				return err
			}
		}
	}
	const local = "/usr/local"
	_, used := below(r.spec.InterpreterPrefix, local)
	if used || r.spec.HostSitePackages || notThere(r.Outside(local)) {
		return nil
	}
	if info, err := os.Lstat(local); err != nil || !info.IsDir() {
		return nil
	}
	return r.hideDir(local)
}

// visible says whether a path of the machine is one of the operating system's, which every room shows.
func visible(path string) bool {
	if _, ok := below(path, "/usr/local"); ok {
		return false
	}
	for _, root := range systemRoots {
		if _, ok := below(path, root); ok {
			return true
		}
	}
	return false
}

// showExecroot shows Bazel's execution root, all of it or the files that were named.
func (r *Room) showExecroot() error {
	if r.spec.Execroot == "" {
		return nil
	}
	if len(r.spec.ExecrootFiles) == 0 {
		return r.bind(r.spec.Execroot, Execroot)
	}
	for _, name := range r.spec.ExecrootFiles {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("execroot file %q: a path below the execution root is expected", name)
		}
		outside, err := filepath.EvalSymlinks(filepath.Join(r.spec.Execroot, name))
		if err != nil {
			return err
		}
		if err := r.bind(outside, filepath.Join(Execroot, name)); err != nil {
			return err
		}
	}
	return nil
}

// showReadOnly shows what the caller named.
func (r *Room) showReadOnly() error {
	for _, b := range r.spec.ReadOnly {
		if !filepath.IsAbs(b.Outside) || !filepath.IsAbs(b.Inside) {
			return fmt.Errorf("show %s at %s: absolute paths are expected", b.Outside, b.Inside)
		}
		if err := r.bind(b.Outside, b.Inside); err != nil {
			return err
		}
	}
	return nil
}

// showCache shows the machine's directory at the place Cache. It is the one directory of the machine that hooks write to.
func (r *Room) showCache() error {
	if r.spec.Cache == "" {
		return nil
	}
	target := r.Outside(Cache)
	if err := unix.Mount(r.spec.Cache, target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s: %w", r.spec.Cache, err)
	}
	const flags = unix.MS_REMOUNT | unix.MS_BIND | unix.MS_NOSUID | unix.MS_NODEV
	if err := unix.Mount("", target, "", flags|mountFlags(target), ""); err != nil {
		return fmt.Errorf("bind %s: %w", r.spec.Cache, err)
	}
	return nil
}

// placeTool makes a declared tool callable: a link to where a hook sees it, or the file itself where it sees it nowhere.
func (r *Room) placeTool(link, target, outside string) error {
	if r.kind == Paths {
		return os.Symlink(outside, link)
	}
	real, err := filepath.EvalSymlinks(outside)
	if err != nil {
		return err
	}
	_, inExecroot := below(target, Execroot)
	switch {
	case inExecroot && len(r.spec.ExecrootFiles) > 0:
		inExecroot = !notThere(r.Outside(target))
	case inExecroot:
		// Bazel's sandbox consists of links that lead out of it, to where a hook sees nothing.
		_, inExecroot = below(real, r.spec.Execroot)
	}
	if inExecroot || visible(target) && visible(real) {
		return os.Symlink(target, link)
	}
	return r.bind(real, filepath.Join(Tools, filepath.Base(link)))
}

// sealHidden makes read-only what covers the machine's directories; until now something could be shown in them.
func (r *Room) sealHidden() error {
	for _, target := range r.hidden {
		if err := unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV, ""); err != nil {
			return fmt.Errorf("seal %s: %w", target, err)
		}
	}
	return nil
}

// close takes the room down. Its memory is free at once.
func (r *Room) close() error {
	if r.keeper != nil {
		r.keeper.stop()
		r.keeper = nil
	}
	if r.kind == Paths {
		return removeAll(r.mount)
	}
	if r.network != nil {
		r.network.close()
	}
	if r.root != "" {
		if err := unix.Unmount(r.root, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("take the room down: %w", err)
		}
	}
	if r.mount == "" {
		return nil
	}
	return os.Remove(r.mount)
}
