package archive

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// batch is how many files one writer takes at a time: large enough that handing over costs nothing, small enough
// that the writers finish together.
const batch = 32

// job is a run of files of one directory.
type job struct {
	dir   *directory
	files []entry
}

// write makes the directories, then the files in parallel, then the links, and gives the directories their modes
// last, so that a directory without write permission can be filled.
func (x *index) write(ctx context.Context, data []byte, dir string) error {
	masked, err := umask(dir)
	if err != nil {
		return err
	}
	for _, d := range x.dirs[1:] {
		if err := unix.Mkdir(filepath.Join(dir, d.name), 0o755); err != nil {
			return &fs.PathError{Op: "mkdir", Path: filepath.Join(dir, d.name), Err: err}
		}
	}
	if err := x.writeFiles(ctx, data, dir, masked); err != nil {
		return err
	}
	for name, target := range x.links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for i := len(x.dirs) - 1; i > 0; i-- {
		if d := x.dirs[i]; d.mode != 0o755&^masked {
			if err := os.Chmod(filepath.Join(dir, d.name), d.mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// umask finds out what the process's umask takes away below dir. The umask itself can only be read by setting it,
// for the whole process, and a default ACL of the directory would count instead of it.
func umask(dir string) (fs.FileMode, error) {
	probe, err := os.MkdirTemp(dir, ".umask-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(probe)
	inner := filepath.Join(probe, "probe")
	if err := os.Mkdir(inner, 0o777); err != nil {
		return 0, err
	}
	defer os.Remove(inner)
	info, err := os.Stat(inner)
	if err != nil {
		return 0, err
	}
	return 0o777 &^ info.Mode().Perm(), nil
}

func (x *index) writeFiles(ctx context.Context, data []byte, dir string, masked fs.FileMode) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan job)
	var writers sync.WaitGroup
	for range max(runtime.GOMAXPROCS(0), 2) {
		writers.Add(1)
		go func() {
			defer writers.Done()
			w := writer{data: data, root: dir, masked: masked}
			for job := range jobs {
				if err := w.write(ctx, job); err != nil {
					cancel(err)
				}
			}
		}()
	}
	for i := range x.dirs {
		d := &x.dirs[i]
		for from := 0; from < len(d.files); from += batch {
			jobs <- job{d, d.files[from:min(from+batch, len(d.files))]}
		}
	}
	close(jobs)
	writers.Wait()
	return context.Cause(ctx)
}

// writer writes files.
type writer struct {
	data   []byte // the archive
	root   string
	masked fs.FileMode
}

func (w *writer) write(ctx context.Context, job job) error {
	if ctx.Err() != nil {
		return nil // what cancelled it is reported by the caller
	}
	name := filepath.Join(w.root, job.dir.name)
	dir, err := unix.Open(name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer unix.Close(dir)
	for _, entry := range job.files {
		if err := w.writeFile(dir, entry); err != nil {
			return &fs.PathError{Op: "write", Path: filepath.Join(name, entry.base), Err: err}
		}
	}
	return nil
}

func (w *writer) writeFile(dir int, entry entry) (err error) {
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err := unix.Openat(dir, entry.base, flags, uint32(entry.mode))
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := unix.Close(fd); err == nil {
			err = closeErr
		}
	}()
	if entry.mode&w.masked != 0 {
		if err := unix.Fchmod(fd, uint32(entry.mode)); err != nil {
			return err
		}
	}
	if entry.size > int64(len(w.data))-entry.offset {
		return fmt.Errorf("the archive is cut short: %w", io.ErrUnexpectedEOF)
	}
	return writeAll(fd, w.data[entry.offset:][:entry.size])
}

func writeAll(fd int, chunk []byte) error {
	for len(chunk) > 0 {
		n, err := unix.Write(fd, chunk)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		chunk = chunk[n:]
	}
	return nil
}
