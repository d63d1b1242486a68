package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// copyTree copies the files of a source tree below dir, which exists. What a file is (a link into Bazel's sandbox, a
// file of another owner, read-only) does not reach the copy: it holds regular files that belong to the helper, with mode
// 0644 or 0755 and one modification time.
func copyTree(ctx context.Context, sources []SourceFile, root, dir string, mtime time.Time) error {
	files, err := placeSources(sources, root)
	if err != nil {
		return err
	}
	dirs, err := makeDirectories(dir, files)
	if err != nil {
		return err
	}
	if err := copyFiles(ctx, dir, files, mtime); err != nil {
		return err
	}
	// Directories last, and the deepest first: making an entry changes its directory's time.
	for _, d := range slices.Backward(dirs) {
		if err := os.Chtimes(d, mtime, mtime); err != nil {
			return fmt.Errorf("stage source: %w", err)
		}
	}
	return nil
}

// placeSources gives each file its place relative to the root, directories taken apart, and each place one file.
func placeSources(sources []SourceFile, root string) ([]SourceFile, error) {
	at := make(map[string]int, len(sources))
	files := make([]SourceFile, 0, len(sources))
	add := func(file SourceFile) {
		if i, taken := at[file.Dest]; taken {
			files[i] = file
			return
		}
		at[file.Dest] = len(files)
		files = append(files, file)
	}
	for _, source := range sources {
		dest := source.Dest
		if root != "" {
			below, ok := strings.CutPrefix(dest, root+"/")
			if !ok {
				return nil, fmt.Errorf("source file %s lies outside of the project, whose top is %s", dest, root)
			}
			dest = below
		}
		dest = path.Clean(dest)
		if !filepath.IsLocal(dest) || dest == "." {
			return nil, fmt.Errorf("source file %q would lie outside of the source tree", source.Dest)
		}
		inner, err := expandDirectory(SourceFile{dest, source.Path})
		if err != nil {
			return nil, err
		}
		for _, file := range inner {
			add(file)
		}
	}
	return files, nil
}

// expandDirectory gives the files below a source that is a directory: a label of one, or an output that Bazel didn't
// expand.
func expandDirectory(source SourceFile) ([]SourceFile, error) {
	info, err := os.Stat(source.Path)
	if err != nil {
		return nil, fmt.Errorf("stage source: %w", err)
	}
	if !info.IsDir() {
		return []SourceFile{source}, nil
	}
	entries, err := os.ReadDir(source.Path)
	if err != nil {
		return nil, fmt.Errorf("stage source: %w", err)
	}
	var files []SourceFile
	for _, entry := range entries {
		inner, err := expandDirectory(SourceFile{path.Join(source.Dest, entry.Name()), filepath.Join(source.Path, entry.Name())})
		if err != nil {
			return nil, err
		}
		files = append(files, inner...)
	}
	return files, nil
}

// makeDirectories makes every directory of the copy and returns them, parents first.
func makeDirectories(dir string, files []SourceFile) ([]string, error) {
	known := map[string]bool{".": true}
	dirs := []string{dir}
	for _, file := range files {
		for d := path.Dir(file.Dest); !known[d]; d = path.Dir(d) {
			known[d] = true
			dirs = append(dirs, filepath.Join(dir, filepath.FromSlash(d)))
		}
	}
	slices.Sort(dirs)
	for _, d := range dirs {
		if err := os.Mkdir(d, 0o755); err != nil && d != dir {
			return nil, fmt.Errorf("stage source: %w", err)
		}
	}
	return dirs, nil
}

// copyFiles copies with a few goroutines: small files cost system calls, not bandwidth.
func copyFiles(ctx context.Context, dir string, files []SourceFile, mtime time.Time) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for range min(len(files), 2*runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				if err := copyFile(files[i].Path, filepath.Join(dir, filepath.FromSlash(files[i].Dest)), mtime); err != nil {
					cancel(fmt.Errorf("stage source file %s: %w", files[i].Dest, err))
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

func copyFile(from, to string, mtime time.Time) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", from)
	}
	mode, err := sourceMode(in)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err := copyContent(out, in, info.Size()); err != nil {
		out.Close()
		return err
	}
	// The umask took its part of the mode that the file was made with.
	if err := out.Chmod(mode); err != nil {
		out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Chtimes(to, mtime, mtime)
}

// sourceMode is the mode of a source file's copy. It is decided by content: Bazel makes every generated file and every input
// of a remote action executable, and has no executable bit in an action's key, so that the bit on disk would be an
// undeclared input (BYTES-2, BYTES-3).
func sourceMode(file io.ReaderAt) (fs.FileMode, error) {
	var start [4]byte
	n, err := file.ReadAt(start[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if bytes.HasPrefix(start[:n], []byte("#!")) || bytes.HasPrefix(start[:n], []byte("\x7fELF")) {
		return 0o755, nil
	}
	return 0o644, nil
}

// copyContent copies an ordinary source file with one read and one write.
func copyContent(out, in *os.File, size int64) error {
	const small = 1 << 20
	if size > small {
		_, err := out.ReadFrom(in)
		return err
	}
	data := make([]byte, size)
	n, err := io.ReadFull(in, data)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err = out.Write(data[:n])
	return err
}
