package archive

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteTree writes everything below root, sorted, and returns how many files there are. Directories get mode 0755,
// files 0755 or 0644, as executable says for each name: what the umask made of the tree's own modes does not show.
func WriteTree(w io.Writer, root string, executable func(name string) bool) (files int, err error) {
	writer := NewWriter(w)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case entry.IsDir():
			return writer.Dir(name, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return writer.Symlink(name, target)
		}
		files++
		mode := fs.FileMode(0o644)
		if executable(name) {
			mode = 0o755
		}
		return writer.copyFile(name, path, mode)
	})
	if err != nil {
		return 0, err
	}
	return files, writer.Close()
}

func (w *Writer) copyFile(name, path string, mode fs.FileMode) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return w.File(name, mode, info.Size(), file)
}
