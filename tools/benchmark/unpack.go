package main

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/archive"
)

const (
	// unpackedFiles is the size of the environment that the target for unpacking names.
	unpackedFiles = 1500
	// largestEnvironment is the case whose environment has the most files; the archive is cut from it.
	largestEnvironment = "jupyterlab_pygments"
	// memoryFiles is where Linux has a memory file system for everybody. Sessions mount one of their own.
	memoryFiles = "/dev/shm"
)

// measureUnpack measures what a session does with its environment: an archive, unpacked into memory.
func measureUnpack(ctx context.Context, o *options, s *bazelSession, out io.Writer) error {
	if mounts, err := os.ReadFile("/proc/mounts"); err != nil || !strings.Contains(string(mounts), " "+memoryFiles+" tmpfs ") {
		return fmt.Errorf("%s is no memory file system", memoryFiles)
	}
	c, err := chosenCases([]string{largestEnvironment})
	if err != nil {
		return err
	}
	if err := s.prepare(ctx, nil, c[0].label()); err != nil {
		return err
	}
	action, err := s.action(ctx, nil, c[0].label())
	if err != nil {
		return err
	}
	cut := filepath.Join(s.temp, "environment.tar")
	files, bytes, err := cutArchive(filepath.Join(s.execroot, action.flag("environment")), cut)
	if err != nil {
		return err
	}
	var times []float64
	// Cheap enough for more runs than a wheel gets.
	for range 10*o.runs + 1 {
		o.quiet.wait(ctx)
		took, err := unpackOnce(ctx, cut)
		if err != nil {
			return err
		}
		times = append(times, took)
	}
	_, err = fmt.Fprintf(out, "\nUnpacking an environment of %d files (%.1f MB) to memory: %s ms, %d runs.\n",
		files, float64(bytes)/1e6, summarise(times[1:]).times(), len(times)-1)
	return err
}

func unpackOnce(ctx context.Context, from string) (float64, error) {
	dir, err := os.MkdirTemp(memoryFiles, "pyproject-benchmark-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	start := time.Now()
	err = archive.Unpack(ctx, from, dir, archive.Options{})
	return milliseconds(time.Since(start)), err
}

// cutArchive writes the archive's first files, with their directories, to another one.
func cutArchive(from, to string) (files int, bytes int64, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, 0, err
	}
	defer in.Close()
	file, err := os.Create(to)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriter(file)
	writer, reader := archive.NewWriter(buffered), tar.NewReader(bufio.NewReader(in))
	for files < unpackedFiles {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return 0, 0, fmt.Errorf("the environment of %s has %d files only", largestEnvironment, files)
		}
		if err != nil {
			return 0, 0, err
		}
		switch header.Typeflag {
		case tar.TypeDir:
			err = writer.Dir(path.Clean(header.Name), header.FileInfo().Mode())
		case tar.TypeReg:
			files, bytes = files+1, bytes+header.Size
			err = writer.File(header.Name, header.FileInfo().Mode(), header.Size, reader)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return files, bytes, errors.Join(writer.Close(), buffered.Flush())
}
