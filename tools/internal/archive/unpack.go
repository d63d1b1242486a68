package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// Options says what Unpack may do beside writing files below its directory.
type Options struct {
	// AllowAbsoluteLinks keeps symbolic links with absolute targets, and those that leave the directory. Without
	// it they are errors.
	AllowAbsoluteLinks bool
}

// Unpack writes the entries of the archive at tarPath below dir, which exists already and has none of them.
//
// Files are written by several threads, each with one write from the mapped archive. Times are not restored: everything that
// reads an environment either ignores them or (byte code with unchecked hashes) was made not to look. Modes are,
// whatever the umask is. Absolute names, names with "..", duplicates, hard links, devices, and links that leave dir
// are errors; links are made last, so that no file is ever written through one.
func Unpack(ctx context.Context, tarPath, dir string, opts Options) error {
	data, unmap, err := mapFile(tarPath)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	defer unmap()
	index, err := readIndex(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read archive %s: %w", tarPath, err)
	}
	if !opts.AllowAbsoluteLinks {
		if err := index.checkLinks(); err != nil {
			return fmt.Errorf("read archive %s: %w", tarPath, err)
		}
	}
	if err := index.write(ctx, data, dir); err != nil {
		return fmt.Errorf("unpack archive %s: %w", tarPath, err)
	}
	return nil
}

// index is what an archive holds: where each entry goes and where its bytes lie.
type index struct {
	dirs  []directory       // the root, then the others sorted: a parent comes before its children
	links map[string]string // name → target
}

// directory is one directory and the files directly in it.
type directory struct {
	name  string // "." for the root
	mode  fs.FileMode
	files []entry
}

// entry is one regular file: size bytes at offset in the archive.
type entry struct {
	base   string
	mode   fs.FileMode
	offset int64
	size   int64
}

// readIndex reads the headers of an archive and checks all names before anything is written.
func readIndex(file io.ReadSeeker) (*index, error) {
	dirs := map[string]*directory{".": {name: ".", mode: 0o755}}
	index := &index{links: map[string]string{}}
	seen := map[string]bool{}
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(header.Name, "/")
		if err := checkName(name); err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("entry %q is there twice", name)
		}
		seen[name] = true
		mode := fs.FileMode(header.Mode).Perm()
		switch header.Typeflag {
		case tar.TypeDir:
			addDirectory(dirs, name).mode = mode
		case tar.TypeReg:
			offset, err := file.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, err
			}
			dir := addDirectory(dirs, path.Dir(name))
			dir.files = append(dir.files, entry{path.Base(name), mode, offset, header.Size})
		case tar.TypeSymlink:
			addDirectory(dirs, path.Dir(name))
			index.links[name] = header.Linkname
		default:
			return nil, fmt.Errorf("entry %q is neither a file, a directory nor a symbolic link", name)
		}
	}
	index.dirs = append(index.dirs, *dirs["."])
	delete(dirs, ".")
	for _, dir := range dirs {
		index.dirs = append(index.dirs, *dir)
	}
	below := index.dirs[1:]
	sort.Slice(below, func(i, j int) bool { return below[i].name < below[j].name })
	return index, nil
}

// addDirectory returns the directory of that name, made with its parents where an archive leaves them out.
func addDirectory(dirs map[string]*directory, name string) *directory {
	if dir, ok := dirs[name]; ok {
		return dir
	}
	addDirectory(dirs, path.Dir(name))
	dirs[name] = &directory{name: name, mode: 0o755}
	return dirs[name]
}

// checkLinks follows every link through the archive's other links and refuses those that leave it. A lexical check
// is not enough: with a link "a/b/up" to "../..", the target "up/.." of another link looks harmless.
func (x *index) checkLinks() error {
	names := make([]string, 0, len(x.links))
	for name := range x.links {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := x.follow(name); err != nil {
			return fmt.Errorf("link %q to %q: %w", name, x.links[name], err)
		}
	}
	return nil
}

// maxFollowed is how many links Linux follows in one path.
const maxFollowed = 40

func (x *index) follow(name string) error {
	here := splitPath(path.Dir(name))
	todo := strings.Split(x.links[name], "/")
	if path.IsAbs(x.links[name]) {
		return errors.New("its target is absolute")
	}
	for followed := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if len(here) == 0 {
				return errors.New("its target is outside of the archive")
			}
			here = here[:len(here)-1]
			continue
		}
		next := path.Join(path.Join(here...), part)
		target, ok := x.links[next]
		if !ok {
			here = append(here, part)
			continue
		}
		if followed++; followed > maxFollowed {
			return errors.New("too many links")
		}
		if path.IsAbs(target) {
			return fmt.Errorf("its target leads to the absolute link %q", next)
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return nil
}

func splitPath(name string) []string {
	if name == "." {
		return nil
	}
	return strings.Split(name, "/")
}
