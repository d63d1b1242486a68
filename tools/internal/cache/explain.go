package cache

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Entry is one slot as people see it.
type Entry struct {
	// ID is the slot's name in the store.
	ID string
	// Record is what is remembered; nil if it can't be read, and then Problem says why.
	Record *Record
	// Problem says why the next build with this key starts empty; empty if it does not.
	Problem string
	// Used is when the last session with it ended.
	Used time.Time
	// Busy says that a session has it now.
	Busy bool
}

// List lists what a store holds, sorted by project and then by time, the last used first.
func (s *Store) List() ([]Entry, error) {
	files, err := os.ReadDir(s.root)
	if err != nil {
		return nil, fmt.Errorf("read the cache root: %w", err)
	}
	var entries []Entry
	for _, file := range files {
		if file.IsDir() && isID(file.Name()) {
			entries = append(entries, s.look(file.Name()))
		}
	}
	slices.SortStableFunc(entries, func(a, b Entry) int {
		if order := strings.Compare(a.Project(), b.Project()); order != 0 {
			return order
		}
		return b.Used.Compare(a.Used)
	})
	return entries, nil
}

// Project is the identity of the project, empty where it is not known.
func (e Entry) Project() string {
	if e.Record == nil {
		return ""
	}
	return e.Record.Key.Project
}

// look looks at a slot without its lock.
func (s *Store) look(id string) Entry {
	entry := Entry{ID: id}
	dir := filepath.Join(s.root, id)
	var err error
	if entry.Record, err = readRecord(dir); err != nil {
		entry.Problem = err.Error()
	} else if entry.Record == nil {
		entry.Problem = "no build with it has ended yet"
	} else {
		entry.Problem = entry.Record.Lost
	}
	for _, name := range []string{recordFile, ""} { // a slot whose first build has not ended has no record
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			entry.Used = info.ModTime()
			break
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, runningFile)); err == nil {
		lock, err := s.lock(id)
		if errors.Is(err, ErrBusy) {
			entry.Busy = true
		} else if err == nil {
			lock.Close()
			entry.Problem = "the last build with it was killed"
		}
	}
	return entry
}

// isID says whether a name is one of Key.ID.
func isID(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}

// explainNew says why nothing was built with a key yet: what has changed since the last build of the project, if there was one.
func (s *Store) explainNew(key Key) string {
	entries, err := s.List()
	if err != nil {
		return err.Error()
	}
	var nearest []string
	for _, entry := range entries {
		if entry.Project() != key.Project {
			continue
		}
		if differences := key.Differences(entry.Record.Key); nearest == nil || len(differences) < len(nearest) {
			nearest = differences
		}
	}
	if nearest == nil {
		return "nothing of the project was built before"
	}
	return "another than any build before: " + strings.Join(nearest, ", ")
}

// Check holds each slot that no session has against its record, and says what is wrong, by ID.
func (s *Store) Check() (map[string]string, error) {
	entries, err := s.List()
	if err != nil {
		return nil, err
	}
	problems := map[string]string{}
	for _, entry := range entries {
		if entry.Busy || entry.Record == nil || entry.Record.Lost != "" {
			continue
		}
		lock, err := s.lock(entry.ID)
		if err != nil {
			continue // a session has taken it
		}
		if entry = s.look(entry.ID); entry.Record != nil && entry.Record.Lost == "" {
			if err := entry.Record.holds(filepath.Join(s.root, entry.ID, contentsDir), s.Limits); err != nil {
				problems[entry.ID] = err.Error()
			}
		}
		lock.Close()
	}
	return problems, nil
}
