package walls

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// bind shows outside at the room's path inside, with all that is mounted below it, read-only.
func (r *Room) bind(outside, inside string) error {
	target, err := r.mountPoint(outside, inside)
	if err != nil {
		return err
	}
	if err := unix.Mount(outside, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("bind %s: %w", outside, err)
	}
	return readOnly(target)
}

// bindDevice shows a device. Read-only means that its mode can't be changed; it can be written to.
func (r *Room) bindDevice(path string) error {
	target, err := r.mountPoint(path, path)
	if err != nil {
		return err
	}
	const flags = unix.MS_REMOUNT | unix.MS_BIND | unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NOEXEC
	err = unix.Mount(path, target, "", unix.MS_BIND, "")
	if err == nil {
		err = unix.Mount("", target, "", flags|mountFlags(target), "")
	}
	if err != nil {
		return fmt.Errorf("bind %s: %w", path, err)
	}
	return nil
}

// mountPoint makes a directory or an empty file for a mount, as outside is one or the other.
func (r *Room) mountPoint(outside, inside string) (string, error) {
	info, err := os.Stat(outside)
	if err != nil {
		return "", err
	}
	target := r.Outside(inside)
	if info.IsDir() {
		return target, os.MkdirAll(target, 0o755)
	}
	if _, err := os.Lstat(target); err == nil {
		return target, nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", err
	}
	file, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return "", err
	}
	return target, file.Close()
}

// readOnly makes a mount and all below it read-only, without devices and set-user-id programs.
func readOnly(target string) error {
	err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE,
		&unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV})
	if errors.Is(err, unix.ENOSYS) {
		err = readOnlyEach(target)
	}
	if err != nil {
		return fmt.Errorf("make %s read-only: %w", target, err)
	}
	return nil
}

// readOnlyEach is readOnly for kernels before 5.12: one mount after the other.
func readOnlyEach(target string) error {
	table, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	defer table.Close()
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 5 {
			continue
		}
		point := unescape.Replace(fields[4])
		if _, ok := below(point, target); !ok {
			continue
		}
		const flags = unix.MS_REMOUNT | unix.MS_BIND | unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV
		if err := unix.Mount("", point, "", flags|mountFlags(point), ""); err != nil {
			return fmt.Errorf("%s: %w", point, err)
		}
	}
	return lines.Err()
}

// mountFlags are the flags of a mount that a remount must repeat: a namespace may not take away what its parent set.
func mountFlags(point string) (flags uintptr) {
	var stat unix.Statfs_t
	if unix.Statfs(point, &stat) != nil {
		return 0
	}
	// The two sets of names have the same numbers, but for this one.
	const same = unix.ST_NODEV | unix.ST_NOEXEC | unix.ST_NOATIME | unix.ST_NODIRATIME
	flags = uintptr(stat.Flags) & same
	if stat.Flags&unix.ST_RELATIME != 0 {
		flags |= unix.MS_RELATIME
	}
	return flags
}

// hideDir covers a directory of the room with an empty one, which is made read-only when the room is complete.
func (r *Room) hideDir(inside string) error {
	target := r.Outside(inside)
	if err := unix.Mount("tmpfs", target, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=4k,nr_inodes=64"); err != nil {
		return fmt.Errorf("hide %s: %w", inside, err)
	}
	r.hidden = append(r.hidden, target)
	return nil
}

// hideFile covers a file by a device: it stays in its directory's list, but is no file that Python would import.
func (r *Room) hideFile(inside string) error {
	target := r.Outside(inside)
	if link, err := os.Readlink(target); err == nil {
		// Links are followed by mount, and on the machine, not in the room.
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(inside), link)
		}
		if target = r.Outside(link); notThere(target) {
			return nil
		}
	}
	if err := unix.Mount("/dev/null", target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("hide %s: %w", inside, err)
	}
	return nil
}

func notThere(path string) bool {
	_, err := os.Lstat(path)
	return err != nil
}
