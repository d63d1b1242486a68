package cache

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// contentsDir is the name, in an archive and in a store, of what the cache directory holds.
const contentsDir = "directory"

// Pack writes a cache directory and its record to one archive, an uncompressed tar, normalised in form: sorted, without owners, with plain
// modes, hard links as such. Modification times of files stay, to the nanosecond: build systems compare them. The last entry is a digest of all contents:
// an archive goes to other machines. dir is tidy.
func Pack(file, dir string, record *Record) (err error) {
	out, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("pack the cache: %w", err)
	}
	defer func() {
		if closeErr := out.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("pack the cache: %w", closeErr)
		}
	}()
	buffer := bufio.NewWriterSize(out, 1<<20)
	p := &packer{tar: tar.NewWriter(buffer), dir: dir, first: map[inode]string{}, contents: sha256.New()}
	if err := p.record(record); err != nil {
		return fmt.Errorf("pack the cache: %w", err)
	}
	if err := filepath.WalkDir(dir, p.add); err != nil {
		return fmt.Errorf("pack the cache: %w", err)
	}
	if err := p.entry(sealFile, hex.AppendEncode(nil, p.contents.Sum(nil))); err != nil {
		return fmt.Errorf("pack the cache: %w", err)
	}
	if err := p.tar.Close(); err != nil {
		return fmt.Errorf("pack the cache: %w", err)
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("pack the cache: %w", err)
	}
	return nil
}

// inode tells hard links.
type inode struct{ device, number uint64 }

type packer struct {
	tar      *tar.Writer
	dir      string
	first    map[inode]string // the first name of a file that has several
	contents hash.Hash
}

// sealFile is the last entry of an archive: the digest of the record and of all files' contents. Their names, sizes and times are in the record.
const sealFile = "contents.sha256"

// epoch is the time of what has none of its own.
var epoch = time.Unix(315532800, 0)

func (p *packer) record(record *Record) error {
	record.Format, record.Inventory.Changes = Format, ""
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	p.contents.Write(data)
	return p.entry(recordFile, data)
}

// entry adds what is no file of the directory.
func (p *packer) entry(name string, data []byte) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: epoch}
	if err := p.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err := p.tar.Write(data)
	return err
}

func (p *packer) add(path string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	info, err := entry.Info()
	if err != nil {
		return err
	}
	name := contentsDir + filepath.ToSlash(path[len(p.dir):])
	header := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), ModTime: info.ModTime(), Format: tar.FormatPAX}
	switch {
	case info.IsDir():
		header.Typeflag, header.Name, header.ModTime = tar.TypeDir, name+"/", epoch
		return p.tar.WriteHeader(header)
	case info.Mode()&fs.ModeSymlink != 0:
		header.Typeflag, header.Mode, header.ModTime = tar.TypeSymlink, 0o777, epoch
		if header.Linkname, err = os.Readlink(path); err != nil {
			return err
		}
		return p.tar.WriteHeader(header)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is neither a file, a directory nor a link", path)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		id := inode{uint64(stat.Dev), stat.Ino}
		if first, seen := p.first[id]; seen {
			header.Typeflag, header.Linkname = tar.TypeLink, first
			return p.tar.WriteHeader(header)
		}
		p.first[id] = name
	}
	header.Typeflag, header.Size = tar.TypeReg, info.Size()
	return p.file(path, header)
}

func (p *packer) file(path string, header *tar.Header) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := p.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.CopyN(io.MultiWriter(p.tar, p.contents), in, header.Size)
	return err
}
