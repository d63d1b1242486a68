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
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		if err == nil {
			err = os.Remove(dir)
			removed = append(removed, filepath.Base(dir))
		}
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("tidy the cache directory: %w", err)
		}
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, fmt.Errorf("tidy the cache directory: %w", err)
		}
		return removed, nil
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch kind := entry.Type(); {
		case kind.IsDir():
			// WalkDir reads a directory after it was visited.
			return makeAccessible(path, entry)
		case kind.IsRegular():
			return makeReadable(path, entry)
		case kind != fs.ModeSymlink:
			removed = append(removed, path[len(dir)+1:])
			return os.Remove(path)
		}
		return nil
	})
	if err != nil {
		return removed, fmt.Errorf("tidy the cache directory: %w", err)
	}
	return removed, nil
}

func makeAccessible(path string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil || info.Mode().Perm()&0o700 == 0o700 {
		return err
	}
	return os.Chmod(path, info.Mode().Perm()|0o700)
}

func makeReadable(path string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil || info.Mode().Perm()&0o400 != 0 {
		return err
	}
	return os.Chmod(path, info.Mode().Perm()|0o400)
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
