package sdist

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"
)

// level is part of the bytes of every sdist. The library is pinned by go.mod, as that of wheels is: the bytes of Go's own
// compress/flate change from one Go to the next.
const level = 6

// Pack packs the directory top below dir, as Unpack made it, so that equal contents give equal bytes (BYTES-1, SDIST-2): a
// PAX archive, entries sorted, one time, modes 0644 or 0755, no owner, and a gzip header without name and time.
//
// Nothing is left at dst when it fails.
func Pack(ctx context.Context, dir, top, dst string, when time.Time) error {
	out, err := os.CreateTemp(filepath.Dir(dst), ".sdist-")
	if err != nil {
		return fmt.Errorf("pack sdist: %w", err)
	}
	defer os.Remove(out.Name())
	err = packTo(ctx, out, os.DirFS(dir), dir, top, when)
	if err == nil {
		err = out.Chmod(0o644)
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(out.Name(), dst)
	}
	if err != nil {
		return fmt.Errorf("pack sdist: %w", err)
	}
	return nil
}

func packTo(ctx context.Context, out io.Writer, files fs.FS, dir, top string, when time.Time) error {
	compressed, err := gzip.NewWriterLevel(out, level)
	if err != nil {
		return err
	}
	compressed.ModTime = time.Unix(0, 0) // gzip's word for none; this library writes any other as it is, year 1 too
	archive := tar.NewWriter(compressed)
	// WalkDir goes by name, directories before what they hold, and follows no link.
	err = fs.WalkDir(files, top, func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		return packEntry(archive, filepath.Join(dir, filepath.FromSlash(name)), name, entry, when)
	})
	if err == nil {
		err = archive.Close()
	}
	if err == nil {
		err = compressed.Close()
	}
	return err
}

// packEntry writes one file, link or directory. A second name of a file becomes a file.
func packEntry(archive *tar.Writer, path, name string, entry fs.DirEntry, when time.Time) error {
	stat, err := entry.Info()
	if err != nil {
		return err
	}
	header := &tar.Header{Name: name, Mode: 0o644, ModTime: when, Format: tar.FormatPAX}
	switch {
	case stat.IsDir():
		header.Typeflag, header.Name, header.Mode = tar.TypeDir, name+"/", 0o755
	case stat.Mode().Type() == fs.ModeSymlink:
		header.Typeflag, header.Mode = tar.TypeSymlink, 0o777
		header.Linkname, err = os.Readlink(path)
	default:
		header.Typeflag, header.Size = tar.TypeReg, stat.Size()
		if stat.Mode()&0o100 != 0 {
			header.Mode = 0o755
		}
	}
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(header); err != nil || header.Typeflag != tar.TypeReg {
		return err
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(archive, in)
	return err
}
