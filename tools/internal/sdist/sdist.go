// Package sdist reads source distributions: it unpacks them safely and reads their PKG-INFO.
//
// An sdist is somebody else's archive. It is unpacked as tarfile's data filter does it (PEP 721) and stricter where that
// costs no real sdist anything: names that are absolute or hold ".." are refused, not repaired. Writing goes through
// os.Root, so that no chain of links, however clever, gets a byte outside of the directory; that the links which stay
// do not lead outside is checked at the end, when all of them exist.
package sdist

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// Limits bound what an archive may unpack to; the ratio holds only for archives that are large as well.
type Limits struct {
	Files int   // members of the archive
	Bytes int64 // uncompressed, all files together
	Ratio int64 // uncompressed over compressed, from RatioFrom bytes on
}

// RatioFrom is the unpacked size from which Limits.Ratio holds.
const RatioFrom = 256 << 20

// DefaultLimits let the largest known sdists through and stop bombs.
var DefaultLimits = Limits{Files: 500_000, Bytes: 16 << 30, Ratio: 150}

// Options of Unpack. The zero value is good.
type Options struct {
	Limits Limits    // the zero value is DefaultLimits
	Time   time.Time // the modification time of everything; the zero value is 1980-01-01, the first that a wheel can hold
}

// firstTime is the modification time without one.
var firstTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Unpack unpacks the sdist into dir, which exists, and returns the name of the one top directory that it made there
// (SDIST-1). The form is found by the first bytes: a tar archive, plain or compressed with gzip or bzip2, or a zip archive.
// Every error names the archive and, if it is about one, the member. After an error dir holds whatever was unpacked.
func Unpack(ctx context.Context, archive, dir string, opts Options) (top string, err error) {
	if opts.Limits == (Limits{}) {
		opts.Limits = DefaultLimits
	}
	if opts.Time.IsZero() {
		opts.Time = firstTime
	}
	top, err = unpack(ctx, archive, dir, opts)
	if err != nil {
		return "", fmt.Errorf("sdist %s: %w", path.Base(filepath.ToSlash(archive)), err)
	}
	return top, nil
}

func unpack(ctx context.Context, archive, dir string, opts Options) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	u := newUnpacker(ctx, root, stat.Size(), opts)
	head := make([]byte, 512)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if isZip(head[:n]) {
		err = u.zip(f, stat.Size())
	} else {
		var stream io.Reader
		if stream, err = decompress(f, head[:n]); err == nil {
			err = u.tar(stream)
		}
	}
	return u.finish(err)
}

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// decompress finds out how a tar archive is compressed.
func decompress(f *os.File, head []byte) (io.Reader, error) {
	buffered := bufio.NewReaderSize(f, 256<<10)
	switch {
	case len(head) == 0:
		return nil, errors.New("the file is empty")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		stream, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("not readable as gzip: %w", err)
		}
		return stream, nil
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(buffered), nil
	case len(head) == 512 && bytes.Equal(head[257:262], []byte("ustar")):
		return buffered, nil
	}
	return nil, fmt.Errorf("neither a .tar.gz, a .tar.bz2 nor a .zip archive: it starts with %q", head[:min(8, len(head))])
}

// tar unpacks the members of a tar archive, then reads to the stream's end, so that a truncated one is found.
func (u *unpacker) tar(stream io.Reader) error {
	counted := &counter{in: stream}
	var total int64 // beside what was read: a sparse file is larger than its bytes in the archive
	reader := tar.NewReader(counted)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u.readError(err)
		}
		if err := u.ctx.Err(); err != nil {
			return err
		}
		total += header.Size
		if err := u.limits.checkSoFar(max(total, counted.n+header.Size), u.archiveSize); err != nil {
			return u.about(header.Name, err)
		}
		m, skip, err := tarMember(header)
		if err != nil {
			return u.about(header.Name, err)
		}
		if skip {
			continue
		}
		m.contents = reader
		if err := u.add(m); err != nil {
			return err
		}
	}
	return u.drain(counted)
}

// drain reads what stands behind the archive's end: padding, which may be large in a bomb.
func (u *unpacker) drain(counted *counter) error {
	buffer := make([]byte, 64<<10)
	for {
		_, err := counted.Read(buffer)
		if tooMuch := u.limits.checkSoFar(counted.n, u.archiveSize); tooMuch != nil {
			return tooMuch
		}
		// Zeros behind the compressed stream, the filling of a tape's block, are no header of another stream.
		if errors.Is(err, io.EOF) || errors.Is(err, gzip.ErrHeader) {
			return nil
		}
		if err != nil {
			return u.readError(err)
		}
	}
}

// readError says where reading stopped.
func (u *unpacker) readError(err error) error {
	cause := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		cause = "it ends too early (truncated?)"
	}
	if u.last == "" {
		return fmt.Errorf("the archive is not readable: %s", cause)
	}
	return fmt.Errorf("the archive is not readable behind %q: %s", u.last, cause)
}

// zip unpacks the members of a zip archive.
func (u *unpacker) zip(f *os.File, size int64) error {
	archive, err := zip.NewReader(f, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("the archive is not readable as zip: %w", err)
	}
	var total int64
	for _, entry := range archive.File {
		if err := u.ctx.Err(); err != nil {
			return err
		}
		if entry.UncompressedSize64 > uint64(u.limits.Bytes) {
			return u.about(entry.Name, fmt.Errorf("its %d bytes are more than the whole sdist may have (%d)", entry.UncompressedSize64, u.limits.Bytes))
		}
		total += int64(entry.UncompressedSize64)
		if err := u.limits.checkSoFar(total, u.archiveSize); err != nil {
			return u.about(entry.Name, err)
		}
		if err := u.addZip(entry); err != nil {
			return err
		}
	}
	return nil
}

// checkSoFar judges the bytes that were unpacked so far.
func (l Limits) checkSoFar(total, archiveSize int64) error {
	if total > l.Bytes {
		return fmt.Errorf("the archive unpacks to more than the %d bytes that are allowed", l.Bytes)
	}
	if total > RatioFrom && total/max(archiveSize, 1) > l.Ratio {
		return fmt.Errorf("the archive's %d bytes unpack to more than %d, over the factor of %d that is allowed: this looks like a bomb", archiveSize, total, l.Ratio)
	}
	return nil
}

// counter counts what is read.
type counter struct {
	in io.Reader
	n  int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.n += int64(n)
	return n, err
}

// Metadata reads the PKG-INFO of an unpacked sdist. Without one the error is fs.ErrNotExist.
func Metadata(dir string) (metadata.Metadata, error) {
	data, err := os.ReadFile(filepath.Join(dir, "PKG-INFO"))
	if err != nil {
		return metadata.Metadata{}, fmt.Errorf("read PKG-INFO: %w", err)
	}
	m, err := metadata.Parse(data)
	if err != nil {
		return metadata.Metadata{}, fmt.Errorf("PKG-INFO: %w", err)
	}
	return m, nil
}
