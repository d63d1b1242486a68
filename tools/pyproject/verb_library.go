package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

const librarySummary = `lay a wheel out as an import tree

--output is what belongs on sys.path: modules and .dist-info, purelib and platlib in one. Scripts, headers and data stay in
NAME-VERSION.data, as the wheel has them. No byte code is written.`

// runLibrary is the verb "library", the action PyprojectLibrary.
func runLibrary(ctx context.Context, args []string, std Streams) error {
	flags := newFlags("library", librarySummary, std)
	label := flags.String("label", "", "label of the target, named in errors")
	from := flags.String("wheel", "", "the wheel: a file, or a directory that holds exactly one")
	output := flags.String("output", "", "directory that receives the tree; absent or empty before")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return usagef("library: unexpected argument %q", flags.Arg(0))
	case *from == "":
		return usagef("library: --wheel is missing")
	case *output == "":
		return usagef("library: --output is missing")
	}
	file, err := theWheel(*from)
	if err == nil {
		err = wheel.Install(ctx, file, *output)
	}
	if err != nil && *label != "" {
		return fmt.Errorf("%s: %w", *label, err)
	}
	return err
}

// theWheel is the file itself, or the one wheel of a directory.
func theWheel(path string) (string, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("find the wheel: %w", err)
	}
	if !stat.IsDir() {
		return path, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", fmt.Errorf("find the wheel: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".whl") {
			names = append(names, entry.Name())
		}
	}
	if len(names) != 1 {
		return "", fmt.Errorf("the directory %s holds %d wheels, expected exactly one: %s", path, len(names), strings.Join(names, ", "))
	}
	return filepath.Join(path, names[0]), nil
}
