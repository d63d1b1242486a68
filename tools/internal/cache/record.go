package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Record is what is remembered of a cache directory beside what it holds.
type Record struct {
	// Format is the version of this record.
	Format int `json:"format"`
	// Key is what the directory belongs to.
	Key Key `json:"key"`
	// Stage is where hooks saw the source tree, and Place where they saw the directory: build directories hold such paths.
	Stage string `json:"stage"`
	Place string `json:"place"`
	// Sources are the files of the source tree, as they were staged, sorted by path.
	Sources []Source `json:"sources"`
	// Links are its symbolic links, by path, and where they lead.
	Links map[string]string `json:"links,omitempty"`
	// Rewritten is one of them that hooks have changed in their copy, in a session with this directory; empty for none.
	Rewritten string `json:"rewritten,omitempty"`
	// Unfinished is set if the hooks of the last session failed: the mark that the directory had before that; the zero time for an empty one.
	Unfinished *time.Time `json:"unfinished,omitempty"`
	// Mark is later than all that the directory holds, and than the end of the session. A clock that shows less went back.
	Mark time.Time `json:"mark"`
	// Inventory is what the directory holds.
	Inventory Inventory `json:"inventory"`
	// Began says how the last session found the directory: "kept", or why it was empty.
	Began string `json:"began,omitempty"`
	// Lost says why nothing was kept of the last session. The directory is empty then.
	Lost string `json:"lost,omitempty"`
}

// Source is one file of a source tree as it was staged.
type Source struct {
	Path   string    `json:"path"`
	SHA256 string    `json:"sha256"`
	Mode   uint32    `json:"mode"`
	Time   time.Time `json:"time"`
}

// recordFile is the record's name, in an archive and in a store.
const recordFile = "record.json"

// maxRecord bounds what is read as a record.
const maxRecord = 256 << 20

// decodeRecord reads a record of this format.
func decodeRecord(data []byte) (*Record, error) {
	var format struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &format); err != nil {
		return nil, fmt.Errorf("its record can't be read: %w", err)
	}
	if format.Format != Format {
		return nil, fmt.Errorf("it is of format %d, and this is format %d", format.Format, Format)
	}
	record := &Record{}
	if err := json.Unmarshal(data, record); err != nil {
		return nil, fmt.Errorf("its record can't be read: %w", err)
	}
	return record, nil
}

// readRecord reads the record in a directory of a store; nil without an error where there is none.
func readRecord(dir string) (*Record, error) {
	data, err := os.ReadFile(filepath.Join(dir, recordFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeRecord(data)
}

// writeRecord writes it in one step.
func writeRecord(dir string, record *Record) error {
	record.Format = Format
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	temporary := filepath.Join(dir, recordFile+".new")
	if err := os.WriteFile(temporary, data, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(dir, recordFile))
}

// Behind says that a clock is behind the record's mark: no file can be made newer than what the directory holds.
func (r *Record) Behind(now time.Time) bool { return !now.After(r.Mark) }

// holds says in what a directory is not what the record says.
func (r *Record) holds(dir string, limits Limits) error {
	found, err := Take(dir, limits)
	if err != nil {
		return err
	}
	if found.Digest != r.Inventory.Digest || r.Inventory.Changes != "" && found.Changes != r.Inventory.Changes {
		return errors.New("it is damaged: it does not hold what the last build left in it")
	}
	return nil
}
