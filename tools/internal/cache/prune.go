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
	project := p.Entry.project()
	if project == "" {
		project = "of no build that ended"
	}
	return p.Entry.ID + " (" + project + "): " + p.Why
}

// Prune removes what is older than the store's age, and then the longest unused slots until the rest is within the total. What a
// session has stays.
func (s *Store) Prune(now time.Time) ([]Pruned, error) {
	entries, err := s.List()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return cmp.Compare(b.Used.UnixNano(), a.Used.UnixNano()) })
	var pruned []Pruned
	var errs []error
	var total int64
	for _, entry := range entries {
		if entry.Busy {
			continue
		}
		size := entry.bytes()
		total += size
		why := ""
		switch {
		case now.Sub(entry.Used) > s.Age:
			why = "older than " + s.Age.String()
		case total > s.Total:
			why = "the store is larger than " + Size(s.Total)
		default:
			continue
		}
		total -= size
		switch removed, err := s.remove(entry.ID); {
		case err != nil:
			errs = append(errs, err)
		case removed:
			pruned = append(pruned, Pruned{entry, why})
		}
	}
	return pruned, errors.Join(append(errs, s.sweep())...)
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
