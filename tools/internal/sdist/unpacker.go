package sdist

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"
)

// unpacker writes members below root. The caller's goroutine reads the archive, makes directories and links; small files
// are written by a few others, because a file costs five system calls and most of an sdist is small files.
type unpacker struct {
	ctx         context.Context
	root        *os.Root
	limits      Limits
	time        time.Time
	archiveSize int64

	count   int
	last    string            // the member before, for the message about a broken archive
	top     string            // the one top directory
	members map[string]member // all that exist, contents left out

	jobs    chan job
	writing sync.WaitGroup // jobs that are not done
	workers sync.WaitGroup
	mu      sync.Mutex
	failed  error
}

// job is a small file with its contents.
type job struct {
	member member
	data   []byte
}

// smallFile is the size up to which a file is handed to another goroutine; a larger one is streamed.
const smallFile = 1 << 20

func newUnpacker(ctx context.Context, root *os.Root, archiveSize int64, opts Options) *unpacker {
	u := &unpacker{
		ctx: ctx, root: root, limits: opts.Limits, time: opts.Time, archiveSize: archiveSize,
		members: make(map[string]member), jobs: make(chan job, 32),
	}
	const writers = 3
	for range writers {
		u.workers.Go(u.work)
	}
	return u
}

// about makes an error name the member.
func (u *unpacker) about(name string, err error) error { return fmt.Errorf("member %q: %w", name, err) }

// work writes small files. Directories are kept open: a name in an open directory is one step for the kernel.
func (u *unpacker) work() {
	dirs := newOpenDirs(u.root)
	defer dirs.close()
	for j := range u.jobs {
		if err := u.writeSmall(dirs, j); err != nil {
			u.mu.Lock()
			if u.failed == nil {
				u.failed = u.about(j.member.name, err)
			}
			u.mu.Unlock()
		}
		u.writing.Done()
	}
}

// add writes one member, or has it written.
func (u *unpacker) add(m member) error {
	u.count++
	if u.count > u.limits.Files {
		return fmt.Errorf("it has more than the %d members that are allowed", u.limits.Files)
	}
	if err := u.checkTop(m); err != nil {
		return u.about(m.name, err)
	}
	u.last = m.name
	if old, twice := u.members[m.name]; twice {
		// As every unpacker does, the later one wins; it must not be overtaken by the earlier one.
		u.writing.Wait()
		if old.kind == directory && m.kind == directory {
			return nil
		}
		if old.kind != file || m.kind != file {
			return u.about(m.name, errors.New("it occurs twice, and not as a file each time"))
		}
		if err := u.root.Remove(m.name); err != nil {
			return u.about(m.name, fmt.Errorf("replace the member of the same name: %w", err))
		}
	}
	if err := u.parents(m.name); err != nil {
		return u.about(m.name, err)
	}
	err := u.write(m)
	m.contents = nil
	u.members[m.name] = m
	if err != nil {
		return u.about(m.name, err)
	}
	return u.failure()
}

// checkTop sees to it that everything lies in one directory.
func (u *unpacker) checkTop(m member) error {
	top, _, below := strings.Cut(m.name, "/")
	if !below && m.kind != directory {
		return errors.New("it lies outside of a top directory, and an sdist has exactly one, NAME-VERSION/, which holds all")
	}
	if u.top == "" {
		u.top = top
	}
	if top != u.top {
		return fmt.Errorf("it is in a second top directory, and an sdist has exactly one: %s/ was there before", u.top)
	}
	return nil
}

// parents makes the directories above a member that have no entry of their own. A member below a symbolic link is refused:
// no tool writes one, and with it no file has two names.
func (u *unpacker) parents(name string) error {
	dir := path.Dir(name)
	if dir == "." {
		return nil
	}
	if m, known := u.members[dir]; known {
		if m.kind != directory {
			return fmt.Errorf("it lies below %q, which is not a directory", dir)
		}
		return nil
	}
	if err := u.parents(dir); err != nil {
		return err
	}
	if err := u.mkdir(dir); err != nil {
		return err
	}
	u.members[dir] = member{name: dir, kind: directory}
	return nil
}

func (u *unpacker) mkdir(name string) error {
	if err := u.root.Mkdir(name, 0o755); err != nil {
		return plain(err)
	}
	// The mode of a new directory is cut by the umask, which is none of the sdist's business.
	return plain(u.root.Chmod(name, 0o755))
}

func (u *unpacker) write(m member) error {
	switch m.kind {
	case directory:
		return u.mkdir(m.name)
	case symlink:
		if err := m.checkTarget(); err != nil {
			return err
		}
		return plain(u.root.Symlink(m.target, m.name))
	case hardlink:
		u.writing.Wait()
		// A second name of a symbolic link would make its target mean another place.
		if target, known := u.members[m.target]; !known || target.kind != file && target.kind != hardlink {
			return fmt.Errorf("the hard link's target %q is not a file that came before it", m.target)
		}
		return plain(u.root.Link(m.target, m.name))
	}
	if m.size > smallFile {
		return u.writeLarge(m)
	}
	data := make([]byte, m.size)
	if _, err := io.ReadFull(m.contents, data); err != nil {
		return truncated(err)
	}
	// An archive with a checksum tells at the end of a member whether it was right.
	if n, err := m.contents.Read(make([]byte, 1)); n != 0 || err != nil && !errors.Is(err, io.EOF) {
		return truncated(err)
	}
	m.contents = nil
	u.writing.Add(1)
	u.jobs <- job{m, data}
	return nil
}

// addZip unpacks one entry of a zip archive.
func (u *unpacker) addZip(entry *zip.File) error {
	m, skip, err := zipMember(entry)
	if err != nil {
		return u.about(entry.Name, err)
	}
	if skip || m.kind == directory {
		if skip {
			return nil
		}
		return u.add(m)
	}
	contents, err := entry.Open()
	if err != nil {
		return u.about(entry.Name, err)
	}
	defer contents.Close()
	m.contents = contents
	if m.kind == symlink {
		const longest = 4096
		target, err := io.ReadAll(io.LimitReader(contents, longest))
		if err != nil {
			return u.about(entry.Name, err)
		}
		m.target = string(target)
	}
	return u.add(m)
}

// finish waits for the writers, checks links, sets times, and says what the top directory is. err is what ended the
// reading of the archive; it goes before an error of a writer.
func (u *unpacker) finish(err error) (string, error) {
	close(u.jobs)
	u.workers.Wait()
	if err == nil {
		err = u.failure()
	}
	if err == nil && u.top == "" {
		err = errors.New("the archive is empty, and an sdist has one top directory")
	}
	if err == nil {
		err = u.checkLinks()
	}
	if err == nil {
		err = u.setTimes()
	}
	return u.top, err
}

func (u *unpacker) failure() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.failed
}

// checkLinks follows every symbolic link that is there now. os.Root refuses to leave the directory on the way; a link to
// nothing is allowed, a loop or a chain that is too long to follow is not.
func (u *unpacker) checkLinks() error {
	for name, m := range u.members {
		if m.kind != symlink {
			continue
		}
		_, err := u.root.Stat(name)
		switch {
		case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		case errors.Is(err, syscall.ELOOP):
			return u.about(name, fmt.Errorf("the symbolic link to %q is a loop, or leads through too many others", m.target))
		default:
			return u.about(name, fmt.Errorf("the symbolic link to %q leads outside of the archive through another link", m.target))
		}
	}
	return nil
}

// plain drops the operation and path that os.Root puts before an error: the member is named already.
func plain(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}

func truncated(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the archive ends in the middle of it (truncated?)")
	}
	return err
}
