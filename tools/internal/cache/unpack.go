package cache

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Unpack puts what an archive of Pack holds into dir, an empty directory, if it belongs to the key. Otherwise, and whatever is wrong with the
// archive, the directory is empty and the answer is no record but why, in a clause. An error is about dir.
func Unpack(file, dir string, key Key, limits Limits, now time.Time) (record *Record, why string, err error) {
	u := &unpacker{limits: limits, key: key, now: now, files: map[string]bool{}, contents: sha256.New()}
	if u.root, err = os.OpenRoot(dir); err != nil {
		return nil, "", fmt.Errorf("unpack the cache: %w", err)
	}
	defer u.root.Close()
	in, err := os.Open(file)
	if err != nil {
		return nil, "", fmt.Errorf("unpack the cache: %w", err)
	}
	defer in.Close()
	doubt := u.unpack(tar.NewReader(bufio.NewReaderSize(in, 1<<20)))
	if doubt == nil {
		// Names, modes and times are not among the contents.
		doubt = u.record.holds(dir, limits)
	}
	if doubt == nil {
		return u.record, "", nil
	}
	return nil, doubt.Error(), Empty(dir)
}

type unpacker struct {
	root   *os.Root
	limits Limits
	key    Key
	now    time.Time
	record *Record
	files  map[string]bool // regular files, which hard links may name
	modes  []dirMode       // of directories, to be set when all is written
	bytes  int64
	count  int

	contents hash.Hash
	sealed   bool
}

type dirMode struct {
	name string
	mode os.FileMode
}

// unpack returns what is wrong with the archive.
func (u *unpacker) unpack(in *tar.Reader) error {
	header, err := in.Next()
	if err != nil || header.Name != recordFile || header.Typeflag != tar.TypeReg {
		return errors.New("it is not an archive of a cache directory")
	}
	data, err := io.ReadAll(io.LimitReader(in, maxRecord))
	if err != nil {
		return cutShort(err)
	}
	u.contents.Write(data)
	if u.record, err = decodeRecord(data); err != nil {
		return err
	}
	if differences := u.key.Differences(u.record.Key); !u.key.Equal(u.record.Key) {
		return fmt.Errorf("it was made with other things than this build has: %s", strings.Join(differences, ", "))
	}
	if u.record.Behind(u.now) {
		return errors.New("it was made later than now: this machine's clock is behind")
	}
	if u.record.Lost != "" {
		return fmt.Errorf("the build that made it kept nothing: %s", u.record.Lost)
	}
	for {
		header, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && !u.sealed:
			return errors.New("it is damaged: its end is not there")
		case errors.Is(err, io.EOF):
			return u.setModes()
		case err != nil:
			return cutShort(err)
		case header.Name == sealFile && !u.sealed:
			if err := u.seal(in); err != nil {
				return err
			}
			continue
		}
		if err := u.entry(header, in); err != nil {
			return fmt.Errorf("its entry %q: %w", header.Name, err)
		}
	}
}

// seal compares the contents with what they were when they were packed.
func (u *unpacker) seal(in io.Reader) error {
	found, err := io.ReadAll(io.LimitReader(in, 2*sha256.Size+1))
	if err != nil {
		return cutShort(err)
	}
	if string(found) != hex.EncodeToString(u.contents.Sum(nil)) {
		return errors.New("it is damaged: it does not hold what was packed")
	}
	u.sealed = true
	return nil
}

func cutShort(err error) error { return fmt.Errorf("it is damaged: %w", err) }

func (u *unpacker) entry(header *tar.Header, in io.Reader) error {
	name := strings.TrimSuffix(header.Name, "/")
	if name == contentsDir && header.Typeflag == tar.TypeDir {
		return nil
	}
	name, ok := inContents(name)
	if !ok {
		return errors.New("it would lie outside of the cache directory")
	}
	u.count++
	u.bytes += header.Size
	if err := u.limits.check(u.bytes, u.count); err != nil {
		return err
	}
	mode := header.FileInfo().Mode().Perm()
	switch header.Typeflag {
	case tar.TypeDir:
		u.modes = append(u.modes, dirMode{name, mode})
		return u.root.Mkdir(name, 0o700)
	case tar.TypeSymlink:
		return u.root.Symlink(header.Linkname, name)
	case tar.TypeLink:
		first, ok := inContents(header.Linkname)
		if !ok || !u.files[first] {
			return fmt.Errorf("a hard link to %q, which is no file before it", header.Linkname)
		}
		return u.root.Link(first, name)
	case tar.TypeReg:
		u.files[name] = true
		return u.file(name, mode, header.ModTime, in)
	}
	return errors.New("it is neither a file, a directory nor a link")
}

// inContents gives the name of an entry below the directory.
func inContents(name string) (string, bool) {
	below, ok := strings.CutPrefix(name, contentsDir+"/")
	return below, ok && filepath.IsLocal(below) && path.Clean(below) == below
}

// file writes a new file; os.Root follows no link out of the directory, and O_EXCL none at all.
func (u *unpacker) file(name string, mode os.FileMode, changed time.Time, in io.Reader) error {
	out, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, io.TeeReader(in, u.contents)); err != nil {
		out.Close()
		return cutShort(err)
	}
	if err := errors.Join(out.Chmod(mode), out.Close()); err != nil {
		return err
	}
	return u.root.Chtimes(name, changed, changed)
}

func (u *unpacker) setModes() error {
	for i := len(u.modes) - 1; i >= 0; i-- {
		if err := u.root.Chmod(u.modes[i].name, u.modes[i].mode); err != nil {
			return err
		}
	}
	return nil
}
