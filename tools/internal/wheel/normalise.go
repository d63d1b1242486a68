package wheel

import (
	"archive/zip"
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// NormaliseOptions are the parts of a normalised wheel that are not in its contents.
type NormaliseOptions struct {
	Time   time.Time // of every entry; the zero value, and all before it, is 1980-01-01, the first that zip knows
	Limits Limits    // the zero value is DefaultLimits
}

// Normalise writes the wheel src to the file dst so that equal contents give equal bytes (BYTES-1): entries sorted with
// .dist-info after the rest and RECORD last, one time, modes 0644 or 0755, one compression, no directories, no extra
// fields. RECORD is written anew in that order, unless it is signed; every other file keeps its bytes.
//
// Nothing is left at dst when it fails.
func Normalise(ctx context.Context, src, dst string, opts NormaliseOptions) error {
	if opts.Limits == (Limits{}) {
		opts.Limits = DefaultLimits
	}
	w, err := OpenWithin(src, opts.Limits)
	if err != nil {
		return err
	}
	defer w.Close()
	out, err := os.CreateTemp(filepath.Dir(dst), ".wheel-")
	if err != nil {
		return fmt.Errorf("normalise wheel: %w", err)
	}
	defer os.Remove(out.Name())
	if err := w.write(ctx, out, opts.Time); err != nil {
		out.Close()
		return fmt.Errorf("normalise wheel %s: %w", filepath.Base(src), err)
	}
	if err := out.Chmod(0o644); err != nil {
		out.Close()
		return fmt.Errorf("normalise wheel: %w", err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("normalise wheel: %w", err)
	}
	if err := os.Rename(out.Name(), dst); err != nil {
		return fmt.Errorf("normalise wheel: %w", err)
	}
	return nil
}

// batchBytes is how much is compressed at once before it is written: it bounds the memory and keeps all processors busy.
const batchBytes = 64 << 20

// write writes the normalised archive.
func (w *Wheel) write(ctx context.Context, out *os.File, when time.Time) error {
	buffered := bufio.NewWriterSize(out, 1<<20)
	archive := zip.NewWriter(buffered)
	date, clock := dosTime(when)
	record := w.DistInfo + "/RECORD"
	files := w.sorted()
	if !w.Signed() {
		files = slices.DeleteFunc(files, func(f *File) bool { return f.Name == record })
	}
	var lines []byte
	for len(files) > 0 {
		var batch []*File
		batch, files = cutBatch(files)
		packed := make([]packed, len(batch))
		err := parallel(ctx, len(batch), func(i int) (err error) {
			packed[i], err = pack(batch[i], filepath.Dir(out.Name()))
			return err
		})
		for i, f := range batch {
			if err == nil {
				err = packed[i].writeTo(archive, entryHeader(f.Name, f.Executable, date, clock))
			}
			packed[i].release()
			if w.isSignature(f.Name) {
				lines = appendRecordLine(lines, f.Name, nil, 0)
			} else {
				lines = appendRecordLine(lines, f.Name, packed[i].sum[:], f.Size)
			}
		}
		if err != nil {
			return err
		}
	}
	if !w.Signed() {
		lines = appendRecordLine(lines, record, nil, 0)
		own := packBytes(lines)
		if err := own.writeTo(archive, entryHeader(record, false, date, clock)); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// sorted gives the files in the order of a normalised wheel: by name, .dist-info after the rest (PEP 427 recommends it),
// RECORD last of all.
func (w *Wheel) sorted() []*File {
	group := func(f *File) int {
		switch {
		case f.Name == w.DistInfo+"/RECORD":
			return 2
		case strings.HasPrefix(f.Name, w.DistInfo+"/"):
			return 1
		}
		return 0
	}
	files := slices.Clone(w.Files)
	slices.SortFunc(files, func(a, b *File) int {
		return cmp.Or(cmp.Compare(group(a), group(b)), cmp.Compare(a.Name, b.Name))
	})
	return files
}

// cutBatch splits off the files that are compressed together: at least one.
func cutBatch(files []*File) (batch, rest []*File) {
	var size int64
	for i, f := range files {
		size += f.Size
		if i > 0 && size > batchBytes {
			return files[:i], files[i:]
		}
	}
	return files, nil
}

// dosTime is the time as zip stores it, in UTC: 1980 to 2107, in steps of two seconds.
func dosTime(t time.Time) (date, clock uint16) {
	first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC)
	t = t.UTC()
	if t.Before(first) {
		t = first
	}
	if t.After(last) {
		t = last
	}
	date = uint16(t.Day() + int(t.Month())<<5 + (t.Year()-1980)<<9)
	clock = uint16(t.Second()/2 + t.Minute()<<5 + t.Hour()<<11)
	return date, clock
}

// entryHeader is all of an entry's header that does not depend on its bytes.
func entryHeader(name string, executable bool, date, clock uint16) *zip.FileHeader {
	const regular, unix, version20 = 0o100000, 3, 20
	mode := uint32(regular | 0o644)
	if executable {
		mode = regular | 0o755
	}
	header := &zip.FileHeader{
		Name:           name,
		Method:         zip.Deflate,
		CreatorVersion: unix<<8 | version20,
		ReaderVersion:  version20,
		ModifiedDate:   date, //nolint:staticcheck // Modified would add an extra field.
		ModifiedTime:   clock,
		ExternalAttrs:  mode << 16,
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > '~' }) {
		header.Flags |= 0x800 // the name is UTF-8
	}
	return header
}
