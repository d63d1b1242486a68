package project

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const pathExample = `expected a list of directories inside of the source tree, such as ["_backend"]`

// backendPath reads backend-path. PEP 517 asks that the directories lie in the source tree once ".." and symbolic
// links are resolved, so that a backend can't be taken from the machine that builds.
func (r *reader) backendPath() ([]string, error) {
	value, there := r.table["backend-path"]
	if !there {
		return nil, nil
	}
	texts, err := r.stringList("backend-path", value, pathExample)
	if err != nil {
		return nil, err
	}
	var directories []string
	for i, text := range texts {
		directory, complaint := r.insideTree(text)
		if complaint != "" {
			return nil, r.errorAt(r.places.of(item("backend-path", i)), "build-system.backend-path: %q %s; %s", text, complaint, pathExample)
		}
		directories = append(directories, directory)
	}
	return directories, nil
}

// insideTree gives the clean form of a directory of the tree, or says what is wrong with it.
func (r *reader) insideTree(text string) (directory, complaint string) {
	if strings.ContainsRune(text, 0) {
		return "", "holds a null character"
	}
	if path.IsAbs(text) || filepath.IsAbs(text) {
		return "", "is absolute"
	}
	if clean := path.Clean(text); !filepath.IsLocal(clean) {
		return "", "leaves the source tree"
	} else if r.alone {
		return clean, ""
	}
	realRoot, err := filepath.EvalSymlinks(r.dir)
	if err != nil {
		return "", fmt.Sprintf("can't be resolved: %v", err)
	}
	// Not path.Join: that would take "link/.." for the tree itself, where the system follows the link first.
	real, err := filepath.EvalSymlinks(realRoot + string(filepath.Separator) + text)
	if err != nil {
		if os.IsNotExist(err) {
			return "", "does not exist in the source tree (were its files left out of the sources?)"
		}
		return "", fmt.Sprintf("can't be resolved: %v", reason(err))
	}
	inside, err := filepath.Rel(realRoot, real)
	if err != nil || !filepath.IsLocal(inside) {
		return "", "leaves the source tree through a symbolic link"
	}
	if info, err := os.Stat(real); err != nil || !info.IsDir() {
		return "", "is not a directory"
	}
	if strings.Contains(text, "..") {
		return filepath.ToSlash(inside), "" // "link/.." is where the link leads, not the tree itself
	}
	return path.Clean(text), ""
}

// reason takes the path off an error: it would be one of a temporary directory.
func reason(err error) error {
	if pathError, ok := err.(*fs.PathError); ok {
		return pathError.Err
	}
	return err
}
