package sdist

import (
	"io"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// openDirs keeps directories open, each seen through the root it is in, so that a link in its path can't lead outside.
type openDirs struct {
	root *os.Root
	open map[string]*os.Root
}

// mostOpen bounds the file descriptors of one writer.
const mostOpen = 64

func newOpenDirs(root *os.Root) *openDirs {
	return &openDirs{root: root, open: make(map[string]*os.Root)}
}

// get opens the directory of a member.
func (d *openDirs) get(name string) (*os.Root, error) {
	if dir := d.open[name]; dir != nil {
		return dir, nil
	}
	if len(d.open) >= mostOpen {
		d.close()
	}
	dir, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	d.open[name] = dir
	return dir, nil
}

func (d *openDirs) close() {
	for _, dir := range d.open {
		dir.Close()
	}
	clear(d.open)
}

// writeSmall writes a file whose contents were read already.
func (u *unpacker) writeSmall(dirs *openDirs, j job) error {
	dir, err := dirs.get(path.Dir(j.member.name))
	if err != nil {
		return plain(err)
	}
	base := path.Base(j.member.name)
	f, err := create(dir, base, j.member)
	if err != nil {
		return err
	}
	if _, err := f.Write(j.data); err != nil {
		f.Close()
		return plain(err)
	}
	if err := f.Close(); err != nil {
		return plain(err)
	}
	return plain(dir.Chtimes(base, u.time, u.time))
}

// writeLarge streams a file.
func (u *unpacker) writeLarge(m member) error {
	f, err := create(u.root, m.name, m)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, m.contents)
	if err == nil && n != m.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		f.Close()
		return truncated(err)
	}
	if err := f.Close(); err != nil {
		return plain(err)
	}
	return plain(u.root.Chtimes(m.name, u.time, u.time))
}

// create makes a new file, readable and writable for its owner; of the archive's mode only the executable bit counts. The
// file must not exist, so a link of that name is not followed.
func create(dir *os.Root, name string, m member) (*os.File, error) {
	mode := fs.FileMode(0o644)
	if m.executable {
		mode = 0o755
	}
	f, err := dir.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return nil, plain(err)
	}
	if err := f.Chmod(mode); err != nil {
		f.Close()
		return nil, plain(err)
	}
	return f, nil
}

// setTimes gives directories and links the one time, when nothing changes in them any more. checkLinks has been run: the
// directories above a link lie inside.
func (u *unpacker) setTimes() error {
	stamp := []unix.Timespec{unix.NsecToTimespec(u.time.UnixNano()), unix.NsecToTimespec(u.time.UnixNano())}
	for name, m := range u.members {
		var err error
		switch m.kind {
		case directory:
			err = u.root.Chtimes(name, u.time, u.time)
		case symlink:
			err = unix.UtimesNanoAt(unix.AT_FDCWD, path.Join(u.root.Name(), name), stamp, unix.AT_SYMLINK_NOFOLLOW)
		}
		if err != nil {
			return u.about(name, plain(err))
		}
	}
	return nil
}
