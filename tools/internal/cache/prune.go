package cache

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Pruned is a slot that was removed, and why.
type Pruned struct {
	Entry Entry
	Why   string
}

// String says which directory was removed, and why.
func (p Pruned) String() string {
	project := p.Entry.Project()
	if project == "" {
		project = "of no build that ended"
	}
	return p.Entry.ID + " (" + project + "): " + p.Why
}

// prunedFile is touched when the store is pruned.
const prunedFile = "pruned"

// pruneEvery is how often sessions prune: it means to read the record of every slot.
const pruneEvery = 10 * time.Minute

// PruneDue says that nothing was pruned for a while, or that the clock went back.
func (s *Store) PruneDue(now time.Time) bool {
	info, err := os.Stat(filepath.Join(s.root, prunedFile))
	return err != nil || now.Sub(info.ModTime()).Abs() > pruneEvery
}

// Prune removes what is older than the store's age, and then the longest unused slots until the rest is within the total. What a
// session has stays.
func (s *Store) Prune(now time.Time) ([]Pruned, error) {
	if err := os.WriteFile(filepath.Join(s.root, prunedFile), nil, 0o644); err != nil {
		return nil, err
	}
	entries, err := s.List()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return cmp.Compare(b.Used.UnixNano(), a.Used.UnixNano()) })
	var old, large []Entry
	var total int64
	for _, entry := range entries {
		switch size := entry.bytes(); {
		case entry.Busy:
		case now.Sub(entry.Used) > s.Age:
			old = append(old, entry)
		case total+size > s.Total:
			large = append(large, entry)
		default:
			total += size
		}
	}
	prunedOld, oldErr := s.Remove(old, "older than "+s.Age.String())
	prunedLarge, largeErr := s.Remove(large, "the store is larger than "+Size(s.Total))
	return append(prunedOld, prunedLarge...), errors.Join(oldErr, largeErr, s.sweep(), s.forget(now.Add(-s.Age)))
}

// Remove removes entries, but for those that a session has. The reason is for the answer.
func (s *Store) Remove(entries []Entry, why string) (pruned []Pruned, err error) {
	for _, entry := range entries {
		removed, removeErr := s.remove(entry.ID)
		err = errors.Join(err, removeErr)
		if removed {
			pruned = append(pruned, Pruned{entry, why})
		}
	}
	return pruned, err
}

func (e Entry) bytes() int64 {
	if e.Record == nil {
		return 0
	}
	return e.Record.Inventory.Bytes
}

// remove removes a slot that no session has.
func (s *Store) remove(id string) (bool, error) {
	lock, err := s.lock(id)
	if errors.Is(err, ErrBusy) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer lock.Close()
	if err := removeTree(filepath.Join(s.root, id)); err != nil {
		return false, err
	}
	return true, os.Remove(lock.Name())
}

// sweep removes locks without a slot.
func (s *Store) sweep() error {
	files, err := os.ReadDir(s.root)
	if err != nil {
		return err
	}
	for _, file := range files {
		id, isLock := strings.CutSuffix(file.Name(), lockSuffix)
		if !isLock || !isID(id) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(s.root, id)); os.IsNotExist(err) {
			if _, err := s.remove(id); err != nil {
				return err
			}
		}
	}
	return nil
}
