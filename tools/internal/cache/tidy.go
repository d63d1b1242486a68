package cache

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Tidy makes a directory that a hook has left one that can be kept: what is neither a file, a directory nor a link (a socket, a pipe)
// is removed, and named in the answer; directories are made accessible to their owner. A directory that was removed is made again, and
// what was put in its place goes.
func Tidy(dir string) (removed []string, err error) {
	t := &tidier{dir: dir}
	if err = t.top(); err == nil {
		err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil {
				_, err = t.entry(path, entry)
			}
			return err
		})
	}
	if err != nil {
		return t.removed, fmt.Errorf("tidy the cache directory: %w", err)
	}
	return t.removed, nil
}

// tidier tidies a directory while it is walked.
type tidier struct {
	dir     string
	removed []string
}

// top makes a directory of what is there.
func (t *tidier) top() error {
	info, err := os.Lstat(t.dir)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		t.removed = append(t.removed, filepath.Base(t.dir))
		err = os.Remove(t.dir)
	}
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Mkdir(t.dir, 0o755)
}

// entry tidies one entry, before a directory is read. The answer is what it is then; nil if it is removed.
func (t *tidier) entry(path string, entry fs.DirEntry) (fs.FileInfo, error) {
	info, err := entry.Info()
	if err != nil {
		return nil, err
	}
	var needed fs.FileMode
	switch {
	case info.IsDir():
		needed = 0o700
	case info.Mode().IsRegular():
		needed = 0o400
	case info.Mode()&fs.ModeSymlink == 0:
		t.removed = append(t.removed, path[len(t.dir)+1:])
		return nil, os.Remove(path)
	}
	if info.Mode().Perm()&needed == needed {
		return info, nil
	}
	if err := os.Chmod(path, info.Mode().Perm()|needed); err != nil {
		return nil, err
	}
	return os.Lstat(path)
}

// Empty removes all that a directory holds, and leaves the directory.
func Empty(dir string) error {
	if _, err := Tidy(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty the cache directory: %w", err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return fmt.Errorf("empty the cache directory: %w", err)
		}
	}
	return nil
}
