package resolver

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// keepFor is how long the store keeps what nobody has used.
const keepFor = 30 * 24 * time.Hour

// Store keeps, in a directory of the user's, what a lock that is written again needs again: files, by their hashes, which
// are verified each time, and answers of hooks. Everything in it is written whole or not at all, so that several may use it
// at once, and it may be deleted at any time. A nil Store keeps nothing.
type Store struct{ dir string }

// OpenStore opens the store of the user, or returns nil where the user has no directory for caches.
func OpenStore() *Store {
	caches, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	if _, err := os.Stat(filepath.Dir(caches)); err != nil {
		return nil // no home is made for it
	}
	s := &Store{filepath.Join(caches, "rules_pyproject", "lock")}
	for _, part := range []string{s.files(), s.answers()} {
		if err := os.MkdirAll(part, 0o777); err != nil {
			return nil
		}
		// In a sandbox it may be there, and not for writing.
		probe, err := os.CreateTemp(part, ".new-")
		if err != nil {
			return nil
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return s
}

func (s *Store) files() string   { return filepath.Join(s.dir, "files") }
func (s *Store) answers() string { return filepath.Join(s.dir, "answers") }

// path is where a file is kept: in the store, or in dir.
func (s *Store) path(file lock.EnvironmentFile, dir string) string {
	if s == nil {
		return filepath.Join(dir, file.Name)
	}
	return filepath.Join(s.files(), file.SHA256, file.Name)
}

// kept says whether the file is there and has the hash, and marks it as used. A damaged one goes.
func kept(path, hash string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil || hex.EncodeToString(sum.Sum(nil)) != hash {
		os.Remove(path)
		return false
	}
	now := time.Now()
	os.Chtimes(filepath.Dir(path), now, now)
	return true
}

// Recall returns what hooks asked for when everything was as this key says.
func (s *Store) Recall(key string) (answers []lock.Asked, found bool) {
	if s == nil {
		return nil, false
	}
	data, err := os.ReadFile(filepath.Join(s.answers(), key))
	if err != nil || json.Unmarshal(data, &answers) != nil {
		return nil, false
	}
	return answers, true
}

// Remember keeps what hooks asked for, and drops what was not used for long. That nothing can be kept is no error.
func (s *Store) Remember(key string, answers []lock.Asked) {
	if s == nil {
		return
	}
	data, err := json.Marshal(answers)
	if err != nil {
		return
	}
	temporary, err := os.CreateTemp(s.answers(), ".new-")
	if err != nil {
		return
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(data)
	if closeErr := temporary.Close(); err == nil && closeErr == nil {
		os.Rename(temporary.Name(), filepath.Join(s.answers(), key))
	}
	s.prune(time.Now().Add(-keepFor))
}

// prune removes what nobody has used since.
func (s *Store) prune(since time.Time) {
	for _, part := range []string{s.files(), s.answers()} {
		entries, _ := os.ReadDir(part)
		for _, entry := range entries {
			if info, err := entry.Info(); err == nil && info.ModTime().Before(since) {
				os.RemoveAll(filepath.Join(part, entry.Name()))
			}
		}
	}
}
