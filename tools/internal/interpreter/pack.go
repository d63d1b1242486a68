package interpreter

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/archive"
)

// PackOptions says which files make an in-build interpreter and where its archive goes.
type PackOptions struct {
	// Prefix is the directory that holds bin and lib; it becomes the archive's root.
	Prefix string
	// Files are the interpreter's files, or directories of them, all below Prefix.
	Files []string
	// Executable is the path of the executable below Prefix; empty: bin/python3.
	Executable string
	// Output is the path of the archive that is written.
	Output string
}

// Pack makes the archive of an in-build interpreter. It leaves out what no build may see or needs (leftOut) and
// replaces the byte code by one that is valid wherever the archive is unpacked, so that the interpreter does not compile
// its library each time it starts. Modes are decided by place, and equal files of one directory become links,
// because what an action sees of modes and links depends on how its inputs were staged.
func Pack(ctx context.Context, opts PackOptions) error {
	files, err := opts.collect()
	if err != nil {
		return err
	}
	if opts.Executable == "" {
		opts.Executable = "bin/python3"
	}
	if _, found := files[opts.Executable]; !found {
		return fmt.Errorf("there is no %s among the files below %s; Possible fixes: name the executable with --executable", opts.Executable, opts.Prefix)
	}
	stage, err := os.MkdirTemp("", "interpreter-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	if err := stageFiles(stage, files); err != nil {
		return err
	}
	if err := Compile(ctx, filepath.Join(stage, opts.Executable), stage, Path, modules(files)); err != nil {
		return err
	}
	return writeArchive(opts.Output, stage)
}

// collect maps each name below the prefix to the file that has its content.
func (opts PackOptions) collect() (map[string]string, error) {
	files := map[string]string{}
	add := func(file string) error {
		name, err := filepath.Rel(opts.Prefix, file)
		if err != nil || !filepath.IsLocal(name) {
			return fmt.Errorf("the file %s of the interpreter is not below its prefix %s", file, opts.Prefix)
		}
		if name = filepath.ToSlash(name); !leftOut(name) {
			files[name] = file
		}
		return nil
	}
	for _, file := range opts.Files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if err := add(file); err != nil {
				return nil, err
			}
			continue
		}
		err = filepath.WalkDir(file, func(inner string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if info, err := os.Stat(inner); err != nil || info.IsDir() {
				return err // a link to a directory of the same tree, which is walked as itself
			}
			return add(inner)
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// leftOut says what of an interpreter is not packed: what belongs to a host or to its packages, byte code, static
// libraries, and the large parts of the library that no build imports.
func leftOut(name string) bool {
	if strings.Contains("/"+name, "/__pycache__/") || path.Ext(name) == ".a" {
		return true
	}
	parts := strings.Split(name, "/")
	if len(parts) < 3 || !strings.HasPrefix(parts[1], "python") || (parts[0] != "lib" && parts[0] != "lib64") {
		return false
	}
	switch parts[2] {
	case "test", "idlelib", "turtledemo":
		return true
	}
	return notIsolated[parts[2]]
}

// modules lists the Python files of the library, sorted.
func modules(files map[string]string) []string {
	var names []string
	for name := range files {
		if strings.HasPrefix(name, "lib") && path.Ext(name) == ".py" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// stageFiles copies the files below stage. Of equal large files in one directory (python3 and python3.13) the one with
// the longest name is copied, the others are links to it.
func stageFiles(stage string, files map[string]string) error {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	type content struct {
		dir string
		sum [sha256.Size]byte
	}
	first := map[content]string{}
	for _, name := range names {
		target := filepath.Join(stage, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		sum, size, err := copyFile(target, files[name], inBin(name))
		if err != nil {
			return err
		}
		key := content{path.Dir(name), sum}
		if same, known := first[key]; known && size >= minLinked {
			if err := errors.Join(os.Remove(target), os.Symlink(path.Base(same), target)); err != nil {
				return err
			}
		} else if !known {
			first[key] = name
		}
	}
	return nil
}

// minLinked is the size from which a second copy of a file is worth a link.
const minLinked = 4 << 10

// inBin says whether a file is a command. The mode of an input does not: Bazel makes outputs executable, remote
// executors everything.
func inBin(name string) bool { return strings.HasPrefix(name, "bin/") }

func copyFile(target, source string, executable bool) (sum [sha256.Size]byte, size int64, err error) {
	in, err := os.Open(source)
	if err != nil {
		return sum, 0, err
	}
	defer in.Close()
	mode := fs.FileMode(0o644)
	if executable {
		mode = 0o755
	}
	out, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return sum, 0, err
	}
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(out, hash), in)
	hash.Sum(sum[:0])
	return sum, size, errors.Join(err, out.Close())
}

func writeArchive(output, stage string) (err error) {
	out, err := os.Create(output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	buffered := bufio.NewWriterSize(out, 1<<20)
	if _, err := archive.WriteTree(buffered, stage, inBin); err != nil {
		return err
	}
	return buffered.Flush()
}
