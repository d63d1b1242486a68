package walls

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// openPaths makes the places of a room as plain directories.
func (r *Room) openPaths() error {
	root, claimed, err := claim(r.spec.TempDir)
	if err != nil {
		return fmt.Errorf("make the room: %w", err)
	}
	r.root, r.mount, r.claimed = root, root, claimed
	for _, place := range places {
		if place == Execroot && r.spec.Execroot != "" || place == Cache && r.spec.Cache != "" {
			continue
		}
		if err := os.Mkdir(r.Outside(place), 0o755); err != nil {
			return fmt.Errorf("make the room: %w", err)
		}
	}
	r.addPlaces()
	if err := r.linkTools(); err != nil {
		return err
	}
	r.keeper, err = newKeeper(nil)
	return err
}

// claim makes a directory that no other room has. Its name is the same whenever that is possible, not random: a build
// may write its own path into what it makes. So a directory that a killed helper left is removed and made again; a
// lock, which ends with its process, tells it from one that is in use.
func claim(temp string) (string, *os.File, error) {
	for n := 0; ; {
		name := filepath.Join(temp, "pyproject")
		if n > 0 {
			name = fmt.Sprintf("%s.%d", name, n)
		}
		made := os.Mkdir(name, 0o700)
		if made != nil && !errors.Is(made, fs.ErrExist) {
			return "", nil, made
		}
		dir, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			dir.Close()
			n++ // another room's, or another user's
			continue
		}
		// Between making and locking it another helper may have taken it for an abandoned one.
		if made == nil && isAt(dir, name) {
			return name, dir, nil
		}
		if isAt(dir, name) && removeAll(name) != nil {
			n++
		}
		dir.Close()
	}
}

// isAt says whether an open directory is the one of that name.
func isAt(dir *os.File, name string) bool {
	opened, err := dir.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(opened, named)
}

// removeAll removes a tree even where its directories refuse it to their owner.
func removeAll(root string) error {
	if err := os.RemoveAll(root); err == nil {
		return nil
	}
	// WalkDir reads a directory after it was visited, so that opening it here is early enough.
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(root)
}
