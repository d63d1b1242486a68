package wheel

import (
	"archive/zip"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// Limits bound what an archive may unpack to. An archive is refused for its ratio only when it is large as well: a small
// file of zeros compresses a thousandfold and harms nobody.
type Limits struct {
	Files int   // entries of the archive
	Bytes int64 // uncompressed, all files together
	Ratio int64 // uncompressed over compressed, looked at from RatioFrom bytes on
}

// RatioFrom is the uncompressed size from which Limits.Ratio holds.
const RatioFrom = 256 << 20

// DefaultLimits let the largest known wheels through (several gigabytes, compressed to a third) and stop bombs.
var DefaultLimits = Limits{Files: 500_000, Bytes: 32 << 30, Ratio: 150}

// index judges every entry of the archive and keeps the files.
func (w *Wheel) index(entries []*zip.File, archiveSize int64) error {
	if len(entries) > w.limits.Files {
		return fmt.Errorf("%d entries, and at most %d are allowed", len(entries), w.limits.Files)
	}
	w.byName = make(map[string]*File, len(entries))
	w.dirs = make(map[string]bool)
	w.Files = make([]*File, 0, len(entries))
	var total int64
	for _, entry := range entries {
		name, isDir := strings.CutSuffix(entry.Name, "/")
		if err := checkName(name); err != nil {
			return fmt.Errorf("entry %q: %w", entry.Name, err)
		}
		if kind := kindOf(unixMode(entry)); kind != "" {
			return fmt.Errorf("entry %q: it is a %s, and a wheel holds files only", entry.Name, kind)
		}
		if isDir {
			if entry.UncompressedSize64 != 0 {
				return fmt.Errorf("entry %q: a directory with contents", entry.Name)
			}
			w.addDirs(name)
			w.dirEntries++
			continue
		}
		if entry.UncompressedSize64 > uint64(w.limits.Bytes) {
			return fmt.Errorf("entry %q: %d bytes are more than the whole wheel may have (%d)", entry.Name, entry.UncompressedSize64, w.limits.Bytes)
		}
		if w.byName[name] != nil {
			return fmt.Errorf("entry %q: the name occurs twice", entry.Name)
		}
		total += int64(entry.UncompressedSize64)
		f := &File{Name: name, Size: int64(entry.UncompressedSize64), Executable: unixMode(entry)&0o111 != 0, entry: entry}
		w.byName[name] = f
		w.Files = append(w.Files, f)
		w.addDirs(path.Dir(name))
	}
	for _, f := range w.Files {
		if w.dirs[f.Name] {
			return fmt.Errorf("entry %q: the name is that of a file and of a directory", f.Name)
		}
	}
	return w.limits.check(total, archiveSize)
}

// check judges the sum of sizes that the archive's directory declares; a file that has more bytes fails when it is read.
func (l Limits) check(total, archiveSize int64) error {
	if total > l.Bytes {
		return fmt.Errorf("it unpacks to %d bytes, and at most %d are allowed", total, l.Bytes)
	}
	if total > RatioFrom && total/max(archiveSize, 1) > l.Ratio {
		return fmt.Errorf("its %d bytes unpack to %d, more than the factor of %d that is allowed: this looks like a zip bomb", archiveSize, total, l.Ratio)
	}
	return nil
}

// addDirs remembers a directory and all above it.
func (w *Wheel) addDirs(dir string) {
	for dir != "." && !w.dirs[dir] {
		w.dirs[dir] = true
		dir = path.Dir(dir)
	}
}

// unixMode is the Unix mode of an entry, 0 when it has none. The field that says which system made the entry is not
// looked at: installers don't either, so a link must not hide behind it.
func unixMode(entry *zip.File) uint32 { return entry.ExternalAttrs >> 16 }

// kindOf names what a wheel may not hold, and is empty for files and directories.
func kindOf(mode uint32) string {
	switch mode & 0o170000 {
	case 0, 0o100000, 0o040000:
		return ""
	case 0o120000:
		return "symbolic link"
	case 0o010000:
		return "named pipe"
	case 0o140000:
		return "socket"
	default:
		return "device"
	}
}

// checkName refuses every name that could mean a place outside of the directory that a wheel is installed to, on any
// system, and those that RECORD can't carry faithfully.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case strings.HasPrefix(name, "/"):
		return errors.New("the name is absolute")
	case strings.Contains(name, `\`):
		return errors.New("the name holds a backslash, which is a separator on Windows")
	case len(name) > 1 && name[1] == ':':
		return errors.New("the name starts with a drive letter")
	case !utf8.ValidString(name):
		return errors.New("the name is not UTF-8")
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return errors.New("the name holds a control character")
	}
	for _, part := range strings.Split(name, "/") {
		switch part {
		case "..":
			return errors.New("the name leads out of the wheel by \"..\"")
		case "", ".":
			return errors.New("the name is not in its shortest form")
		}
	}
	return nil
}

// ownInfo picks the .dist-info directory that is the wheel's own. There must be exactly one, named after the
// distribution and version of the file name.
func (w *Wheel) ownInfo(found []string) (string, error) {
	slices.Sort(found)
	want := w.Name.Distribution + "-" + strings.ReplaceAll(w.Name.Version, "-", "_") + ".dist-info"
	switch len(found) {
	case 0:
		return "", fmt.Errorf("there is no .dist-info directory, expected %s", want)
	case 1:
	default:
		return "", fmt.Errorf("there are %d .dist-info directories, expected one: %s", len(found), strings.Join(found, ", "))
	}
	name, version, ok := strings.Cut(strings.TrimSuffix(found[0], ".dist-info"), "-")
	if !ok {
		return "", fmt.Errorf("the directory %s is not named NAME-VERSION.dist-info", found[0])
	}
	// Very old backends kept the dashes of the name; then the version starts after the last one.
	if strings.Contains(version, "-") {
		at := strings.LastIndex(found[0], "-")
		name, version = found[0][:at], strings.TrimSuffix(found[0][at+1:], ".dist-info")
	}
	if !metadata.SameName(name, w.Name.Distribution) || !metadata.SameVersion(strings.ReplaceAll(version, "_", "-"), w.Name.Version) {
		return "", fmt.Errorf("the directory %s does not belong to the file's name, expected %s", found[0], want)
	}
	return found[0], nil
}
