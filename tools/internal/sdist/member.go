package sdist

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// kind is what a member is, once it was found to be allowed.
type kind int

const (
	file kind = iota
	directory
	symlink
	hardlink
)

// member is one entry of an archive, already judged: its name stays inside, its kind is allowed.
type member struct {
	name       string // clean, relative, slash separated
	kind       kind
	executable bool
	size       int64
	target     string // of links: as written for a symlink, clean and relative to the archive's root for a hard link
	contents   io.Reader
}

// tarMember judges a tar header. skip is true for entries that are no files: global headers and the "./" of some tools.
func tarMember(header *tar.Header) (m member, skip bool, err error) {
	m = member{size: header.Size, executable: header.Mode&0o100 != 0}
	switch header.Typeflag {
	case tar.TypeXGlobalHeader:
		return m, true, nil
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		m.kind = file
	case tar.TypeDir:
		m.kind = directory
	case tar.TypeSymlink:
		m.kind, m.target = symlink, header.Linkname
	case tar.TypeLink:
		m.kind = hardlink
		if m.target, err = cleanName(header.Linkname); err != nil {
			return m, false, fmt.Errorf("the hard link's target %q: %w", header.Linkname, err)
		}
	case tar.TypeChar, tar.TypeBlock:
		return m, false, errors.New("it is a device, and an sdist holds files, directories and links only")
	case tar.TypeFifo:
		return m, false, errors.New("it is a named pipe, and an sdist holds files, directories and links only")
	default:
		return m, false, fmt.Errorf("its type %q is unknown", header.Typeflag)
	}
	return m.named(header.Name)
}

// zipMember judges a zip entry; the target of a link is not yet in it.
func zipMember(entry *zip.File) (m member, skip bool, err error) {
	mode := entry.ExternalAttrs >> 16
	m = member{size: int64(entry.UncompressedSize64), executable: mode&0o100 != 0}
	switch kind := mode & 0o170000; {
	case strings.HasSuffix(entry.Name, "/"):
		m.kind = directory
	case kind == 0o120000:
		m.kind = symlink
	case kind == 0 || kind == 0o100000:
		m.kind = file
	default:
		return m, false, errors.New("it is neither a file, a directory nor a link")
	}
	return m.named(entry.Name)
}

// named gives the member its clean name.
func (m member) named(name string) (member, bool, error) {
	clean, err := cleanName(name)
	if err != nil {
		return m, false, err
	}
	if clean == "." && m.kind == directory {
		return m, true, nil
	}
	if clean == "." {
		return m, false, errors.New("its name is that of the archive's root")
	}
	m.name = clean
	if m.kind == symlink && m.target != "" {
		return m, false, m.checkTarget()
	}
	return m, false, nil
}

// cleanName brings a name into its shortest form and refuses one that could mean a place outside, on any system.
func cleanName(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("the name is empty")
	case strings.HasPrefix(name, "/"):
		return "", errors.New("the name is absolute")
	case strings.ContainsRune(name, 0):
		return "", errors.New("the name holds a NUL byte")
	case !utf8.ValidString(name):
		return "", errors.New("the name is not UTF-8")
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			return "", errors.New("the name leads out of the archive by \"..\"")
		}
	}
	return path.Clean(name), nil
}

// checkTarget judges the target of a symbolic link by its text. Where it leads through other links is seen at the end.
func (m member) checkTarget() error {
	switch {
	case m.target == "":
		return errors.New("the symbolic link has no target")
	case strings.HasPrefix(m.target, "/"):
		return fmt.Errorf("the symbolic link to %q leads outside of the archive: the target is absolute", m.target)
	case strings.ContainsRune(m.target, 0):
		return errors.New("the symbolic link's target holds a NUL byte")
	}
	if end := path.Join(path.Dir(m.name), m.target); end == ".." || strings.HasPrefix(end, "../") {
		return fmt.Errorf("the symbolic link to %q leads outside of the archive", m.target)
	}
	return nil
}
