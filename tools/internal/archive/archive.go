// Package archive writes and unpacks the helper's own archives: build environments and in-build interpreters.
//
// Both are uncompressed tar files. Uncompressed, because an archive is unpacked before every hook action and is
// written once; tar, because Bazel's users can look into it. The same entries give the same bytes: names are
// written in the order in which the caller adds them (sorted), with one constant time, no owner, and PAX headers
// only where a name does not fit.
package archive

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Epoch is the modification time of every entry: 1980-01-01, the first moment that a zip file can name, so that a
// backend that packs such a file never sees a time that it has to refuse.
var Epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Writer writes a deterministic archive. The caller adds entries in sorted order; Close finishes the archive.
type Writer struct {
	tar *tar.Writer
}

// NewWriter returns a Writer that writes to w. It makes small writes: give it a buffered writer.
func NewWriter(w io.Writer) *Writer {
	return &Writer{tar: tar.NewWriter(w)}
}

// Dir adds a directory.
func (w *Writer) Dir(name string, mode fs.FileMode) error {
	return w.header(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: int64(mode.Perm())}, name)
}

// File adds a regular file of exactly size bytes, read from r.
func (w *Writer) File(name string, mode fs.FileMode, size int64, r io.Reader) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(mode.Perm()), Size: size}
	if err := w.header(header, name); err != nil {
		return err
	}
	if n, err := io.Copy(w.tar, r); err != nil {
		return fmt.Errorf("write %s to the archive: %w", name, err)
	} else if n != size {
		return fmt.Errorf("write %s to the archive: %d bytes instead of %d", name, n, size)
	}
	return nil
}

// Symlink adds a symbolic link.
func (w *Writer) Symlink(name, target string) error {
	return w.header(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, name)
}

// Close writes the end of the archive. It does not close the underlying writer.
func (w *Writer) Close() error {
	if err := w.tar.Close(); err != nil {
		return fmt.Errorf("finish the archive: %w", err)
	}
	return nil
}

func (w *Writer) header(header *tar.Header, name string) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("add to the archive: %w", err)
	}
	header.ModTime = Epoch
	if err := w.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("add %s to the archive: %w", name, err)
	}
	return nil
}

// checkName refuses every name that is not a clean, relative, slash-separated path below the archive's root.
func checkName(name string) error {
	switch {
	case name == "" || name == ".":
		return fmt.Errorf("an entry without a name")
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("entry %q has a NUL in its name", name)
	case path.IsAbs(name):
		return fmt.Errorf("entry %q has an absolute name", name)
	case name == ".." || strings.HasPrefix(name, "../") || path.Clean(name) != name:
		return fmt.Errorf("entry %q does not have a clean relative name", name)
	}
	return nil
}
