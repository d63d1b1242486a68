package patch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// content reads a file of the tree that is to be changed.
func (t *tree) content(name string) (fs.FileInfo, []byte, error) {
	info, err := t.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, t.errorf(fmt.Sprintf("%s: there is no such file in the source tree", name), "set patch_strip to the number of directories before the names in the tree (a/ and b/ are one); "+cure)
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular() || info.Size() > sizeLimit:
		return nil, nil, t.errorf(fmt.Sprintf("%s: it is not a regular file of at most %d MiB", name, sizeLimit>>20), "patch the file that it stands for")
	}
	content, err := t.root.ReadFile(name)
	if err != nil {
		return nil, nil, fmt.Errorf("patch %s: %w", t.Title, err)
	}
	return info, content, nil
}

// absent makes sure that a file can be made.
func (t *tree) absent(name string) error {
	_, err := t.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return t.errorf(fmt.Sprintf("%s: the patch makes this file, and it is there already", name), cure)
}

// lstat refuses names that go through a link, or through something that is no directory. A missing file is fs.ErrNotExist.
func (t *tree) lstat(name string) (fs.FileInfo, error) {
	parts := strings.Split(name, "/")
	for i := range parts {
		place := path.Join(parts[:i+1]...)
		info, err := t.root.Lstat(place)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fs.ErrNotExist
		case err != nil:
			return nil, fmt.Errorf("patch %s: %w", t.Title, err)
		case i == len(parts)-1:
			return info, nil
		case !info.IsDir():
			return nil, t.errorf(fmt.Sprintf("%s: %s is not a directory of the source tree", name, place), "patch the file that the link leads to")
		}
	}
	return nil, fs.ErrNotExist
}

// write makes or replaces a file. It is removed first, so that nothing that shares its content changes with it.
func (t *tree) write(name string, content []byte, mode fs.FileMode) error {
	var made []string
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, err := t.root.Lstat(dir); err == nil {
			break
		}
		made = append(made, dir)
	}
	if err := t.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if err := t.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := t.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	// The umask took its part of the mode that the file was made with.
	if err := errors.Join(err, file.Chmod(mode), file.Close(), t.root.Chtimes(name, t.Time, t.Time)); err != nil {
		return err
	}
	for _, dir := range append(made, path.Dir(name)) {
		if err := t.root.Chtimes(dir, t.Time, t.Time); err != nil {
			return err
		}
	}
	if len(made) > 0 {
		return t.root.Chtimes(path.Dir(made[len(made)-1]), t.Time, t.Time)
	}
	return nil
}

// remove deletes a file, and the directories that become empty: a diff knows no directories.
func (t *tree) remove(name string) error {
	err := t.root.Remove(name)
	dir := path.Dir(name)
	for err == nil && dir != "." && t.root.Remove(dir) == nil {
		dir = path.Dir(dir)
	}
	if err == nil {
		err = t.root.Chtimes(dir, t.Time, t.Time)
	}
	if err != nil {
		return fmt.Errorf("patch %s: %w", t.Title, err)
	}
	return nil
}
