package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Store is a directory of cache directories, one slot for each key. Several processes and several Bazel servers may use it at once.
//
//	ROOT/ID.lock        locked while a session has the slot
//	ROOT/ID/record.json what is remembered
//	ROOT/ID/directory   the cache directory
//	ROOT/ID/running     there while a session has it: a session that was killed leaves it behind
//	ROOT/memo           digests of what keys are made of
//	ROOT/ID/room        where a session with walls that are paths makes its room, so that its paths are always the same
type Store struct {
	root string
	// Limits are those of one directory, and Total is what all of them may hold.
	Limits Limits
	Total  int64
	// Age is for how long a directory stays that nothing was built with.
	Age time.Duration
}

// DefaultAge is the age at which directories go if nobody says another.
const DefaultAge = 30 * 24 * time.Hour

const (
	lockSuffix  = ".lock"
	runningFile = "running"
	roomDir     = "room"
)

// OpenStore opens the store at root, an absolute path, and makes it if it is not there.
func OpenStore(root string) (*Store, error) {
	if !filepath.IsAbs(root) {
		return nil, fmt.Errorf("the cache root %q is not an absolute path: a worker's own directory changes", root)
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("make the cache root: %w", err)
	}
	// Links are followed once, so that what they lead to may change later without harm.
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, fmt.Errorf("open the cache root: %w", err)
	}
	if err := writeTag(root); err != nil {
		return nil, fmt.Errorf("write to the cache root: %w", err)
	}
	return &Store{root: root, Limits: DefaultLimits, Total: DefaultLimits.Bytes, Age: DefaultAge}, nil
}

// writeTag makes backup programs leave the store out, as bford.info/cachedir asks.
func writeTag(root string) error {
	file, err := os.OpenFile(filepath.Join(root, "CACHEDIR.TAG"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString("Signature: 8a477f597d28d172789f06886806bc55\n# Cache directories of rules_pyproject; see its docs/incremental.md.\n")
	return errors.Join(err, file.Close())
}

// ErrBusy says that another session has the slot.
var ErrBusy = errors.New("another build has it")

// Slot is one cache directory of a store, locked.
type Slot struct {
	// Directory is the cache directory.
	Directory string
	// Room is where a session with walls that are paths makes its room.
	Room string
	// Record is what the last session left; nil if the directory is empty, and then Why says why, in a clause.
	Record *Record
	Why    string

	store *Store
	key   Key
	id    string
	dir   string
	lock  *os.File
}

// Open opens the slot of a key, empty where there is any doubt about it. The error is ErrBusy, or about the store. From here on the slot counts
// as killed half-way, until Close.
func (s *Store) Open(key Key, now time.Time) (*Slot, error) {
	slot := &Slot{store: s, key: key, id: key.ID()}
	slot.dir = filepath.Join(s.root, slot.id)
	slot.Directory, slot.Room = filepath.Join(slot.dir, contentsDir), filepath.Join(slot.dir, roomDir)
	var err error
	if slot.lock, err = s.lock(slot.id); err != nil {
		return nil, err
	}
	if err := slot.open(now); err != nil {
		slot.lock.Close()
		return nil, fmt.Errorf("open the cache directory: %w", err)
	}
	return slot, nil
}

// lock locks a slot, without waiting. Whoever removes a slot removes its lock, too: the file that was locked has to be the one that is there.
func (s *Store) lock(id string) (*os.File, error) {
	name := filepath.Join(s.root, id+lockSuffix)
	for {
		file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, fmt.Errorf("lock the cache directory: %w", err)
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			file.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, ErrBusy
			}
			return nil, fmt.Errorf("lock the cache directory: %w", err)
		}
		opened, err := file.Stat()
		named, nameErr := os.Lstat(name)
		if err == nil && nameErr == nil && os.SameFile(opened, named) {
			return file, nil
		}
		file.Close()
	}
}

func (s *Slot) open(now time.Time) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	s.Record, s.Why = s.judge(now)
	running := filepath.Join(s.dir, runningFile)
	if err := os.WriteFile(running, nil, 0o644); err != nil {
		return err
	}
	if s.Record == nil {
		if err := s.renew(); err != nil {
			return err
		}
	}
	if err := Empty(s.Room); err != nil { // makes it, too
		return err
	}
	return nil
}

// judge says what was kept, or why nothing is.
func (s *Slot) judge(now time.Time) (*Record, string) {
	if _, err := os.Lstat(filepath.Join(s.dir, runningFile)); err == nil {
		return nil, "the last build with it was killed"
	}
	record, err := readRecord(s.dir)
	switch {
	case err != nil:
		return nil, err.Error()
	case record == nil:
		return nil, s.store.explainNew(s.key)
	case record.Lost != "":
		return nil, record.Lost
	case !record.Key.Equal(s.key):
		return nil, "it is damaged: it has the record of another"
	case record.Behind(now):
		return nil, "the clock went back"
	}
	if err := record.holds(s.Directory, s.store.Limits); err != nil {
		return nil, err.Error()
	}
	return record, ""
}

// renew makes the directory anew. What still writes to the old one, a child of a killed build, writes to what is not here any more.
func (s *Slot) renew() error {
	old := filepath.Join(s.dir, "old")
	if err := removeTree(old); err != nil {
		return err
	}
	if err := os.Rename(s.Directory, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Mkdir(s.Directory, 0o755); err != nil {
		return err
	}
	return removeTree(old)
}

// removeTree removes a tree whose directories may refuse it to their owner.
func removeTree(path string) error {
	if err := os.RemoveAll(path); err == nil {
		return nil
	}
	if _, err := Tidy(path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// Close ends the use of the slot. With a record the directory is kept, unless it is too large, and the record's Mark and Inventory are
// filled in. Without one, lost says why nothing is kept. The answer is what there is to say, in clauses.
func (s *Slot) Close(record *Record, lost string) (notes []string, err error) {
	defer s.lock.Close()
	if err := removeTree(s.Room); err != nil {
		return nil, fmt.Errorf("close the cache directory: %w", err)
	}
	if record == nil {
		record = &Record{Key: s.key, Lost: lost}
	} else if notes, err = record.Take(s.Directory, s.store.Limits); err != nil {
		record.Lost, record.Sources, record.Inventory = err.Error(), nil, Inventory{}
	}
	record.Began = "kept"
	if s.Record == nil {
		record.Began = "empty: " + s.Why
	}
	if record.Lost != "" {
		notes = append(notes, "nothing is kept: "+record.Lost)
		if err := s.renew(); err != nil {
			return notes, fmt.Errorf("close the cache directory: %w", err)
		}
	}
	if err := writeRecord(s.dir, record); err != nil {
		// Where there is no room for it, there is when nothing is kept.
		record = &Record{Key: s.key, Began: record.Began, Lost: "its record could not be written: " + err.Error()}
		notes = append(notes, "nothing is kept: "+record.Lost)
		if err := errors.Join(s.renew(), writeRecord(s.dir, record)); err != nil {
			return notes, fmt.Errorf("close the cache directory: %w", err)
		}
	}
	if err := os.Remove(filepath.Join(s.dir, runningFile)); err != nil {
		return notes, fmt.Errorf("close the cache directory: %w", err)
	}
	return notes, nil
}

// Take tidies a directory and fills in what it holds, and a mark that is later than all of it. The notes are about what could not be
// kept; the error says why nothing can.
func (r *Record) Take(dir string, limits Limits) (notes []string, err error) {
	var removed []string
	r.Inventory, removed, err = tidyAndTake(dir, limits)
	if len(removed) > 0 {
		notes = append(notes, fmt.Sprintf("not kept, for it is no file: %s", strings.Join(removed[:min(len(removed), 5)], ", ")))
	}
	if err != nil {
		return notes, err
	}
	r.Mark = time.Now()
	for _, source := range r.Sources {
		if source.Time.After(r.Mark) {
			r.Mark = source.Time
		}
	}
	if r.Inventory.Newest.After(r.Mark) {
		r.Mark = r.Inventory.Newest
	}
	return notes, nil
}
