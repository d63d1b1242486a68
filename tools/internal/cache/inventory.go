package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Limits bound one cache directory.
type Limits struct {
	// Bytes is how much its files may hold, and Files how many files, directories and links there may be.
	Bytes int64
	Files int
}

// DefaultLimits are those of archives, and of a store that is given no others.
var DefaultLimits = Limits{Bytes: 10 << 30, Files: 500_000}

// Inventory is what a cache directory holds, in short.
type Inventory struct {
	// Digest is of all names, kinds, modes, sizes, times and targets: it shows whatever was written, cut short or taken away.
	Digest string `json:"digest"`
	// Changes is a digest of what a file system says of changes to files, whatever time they have been given since. It means nothing in another place, and
	// is empty in archives.
	Changes string `json:"changes,omitempty"`
	Bytes   int64  `json:"bytes"`
	Files   int    `json:"files"`
	// Newest is the latest modification time.
	Newest time.Time `json:"newest"`
}

// errTooLarge is the error for a directory beyond its limits.
var errTooLarge = errors.New("larger than its limit")

func (l Limits) check(bytes int64, files int) error {
	if bytes > l.Bytes {
		return fmt.Errorf("%w of %s", errTooLarge, Size(l.Bytes))
	}
	if files > l.Files {
		return fmt.Errorf("%w of %d files", errTooLarge, l.Files)
	}
	return nil
}

// Take takes the inventory of a directory.
func Take(dir string, limits Limits) (Inventory, error) {
	return take(dir, limits, func(_ string, entry fs.DirEntry) (fs.FileInfo, error) { return entry.Info() })
}

// tidyAndTake is Tidy and Take in one walk.
func tidyAndTake(dir string, limits Limits) (inventory Inventory, removed []string, err error) {
	t := &tidier{dir: dir}
	if err = t.top(); err == nil {
		inventory, err = take(dir, limits, t.entry)
	}
	return inventory, t.removed, err
}

// take takes the inventory of what look answers with for each entry; nil is one that is not there any more.
func take(dir string, limits Limits, look func(path string, entry fs.DirEntry) (fs.FileInfo, error)) (Inventory, error) {
	var inventory Inventory
	hash, changes := sha256.New(), sha256.New()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := look(path, entry)
		if err != nil || info == nil || path == dir {
			return err
		}
		if err := describe(hash, path, path[len(dir):], info); err != nil {
			return err
		}
		if info.Mode().IsRegular() {
			inventory.Bytes += info.Size()
			describeChange(changes, info)
		}
		inventory.Files++
		if info.ModTime().After(inventory.Newest) {
			inventory.Newest = info.ModTime()
		}
		return limits.check(inventory.Bytes, inventory.Files)
	})
	if err != nil {
		return Inventory{}, err
	}
	inventory.Digest, inventory.Changes = hex.EncodeToString(hash.Sum(nil)), hex.EncodeToString(changes.Sum(nil))
	return inventory, nil
}

// describe writes what tells one state of a file from another. Directories and links have no times: those of directories change with
// what they hold, which is looked at by itself.
func describe(to io.Writer, path, name string, info fs.FileInfo) error {
	fmt.Fprintf(to, "%q %v %v", name, info.Mode().Type(), info.Mode().Perm())
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(to, " %q", target)
	case !info.IsDir():
		fmt.Fprintf(to, " %d %d", info.Size(), info.ModTime().UnixNano())
	}
	_, err := io.WriteString(to, "\n")
	return err
}

// Size writes a number of bytes for people.
func Size(bytes int64) string {
	const unit = 1024
	value, names := float64(bytes), []string{"B", "KiB", "MiB", "GiB", "TiB"}
	for value >= unit && len(names) > 1 {
		value, names = value/unit, names[1:]
	}
	if names[0] == "B" {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", value, names[0])
}
