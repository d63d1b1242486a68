package walls

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// openPaths makes the places of a room as plain directories.
func (r *Room) openPaths() error {
	root, err := claim(r.spec.TempDir)
	if err != nil {
		return fmt.Errorf("make the room: %w", err)
	}
	r.root, r.mount = root, root
	for _, place := range places {
		if place == Execroot && r.spec.Execroot != "" {
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
// may write its own path into what it makes.
func claim(temp string) (string, error) {
	for n := 0; ; n++ {
		name := filepath.Join(temp, "pyproject")
		if n > 0 {
			name = fmt.Sprintf("%s.%d", name, n)
		}
		err := os.Mkdir(name, 0o700)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
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
