package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// memoDir is where a store keeps what was found out of files: ROOT/memo/DIGEST.
const memoDir = "memo"

// Memo remembers what make finds out of files that are told apart by state, a text that changes whenever they do.
func (s *Store) Memo(state string, make func() (string, error)) (string, error) {
	dir := filepath.Join(s.root, memoDir)
	name := filepath.Join(dir, strings.TrimPrefix(Digest(state), digestPrefix))
	if known, err := os.ReadFile(name); err == nil {
		now := time.Now()
		_ = os.Chtimes(name, now, now) // it is still used: see forget
		return string(known), nil
	}
	found, err := make()
	if err != nil {
		return "", err
	}
	// What can't be remembered is found out again.
	if os.MkdirAll(dir, 0o755) == nil {
		if file, err := os.CreateTemp(dir, "new-"); err == nil {
			_, writeErr := file.WriteString(found)
			if errors.Join(writeErr, file.Close()) != nil || os.Rename(file.Name(), name) != nil {
				os.Remove(file.Name())
			}
		}
	}
	return found, nil
}

// forget removes what was not asked for since some time.
func (s *Store) forget(before time.Time) error {
	entries, err := os.ReadDir(filepath.Join(s.root, memoDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		info, statErr := entry.Info()
		if statErr == nil && info.ModTime().Before(before) {
			err = errors.Join(err, os.Remove(filepath.Join(s.root, memoDir, entry.Name())))
		}
	}
	return err
}
