package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
)

const repositoriesSummary = `Reads the locks of all build environments and prints, as JSON, which repositories the module extension declares.
It needs no network. Whatever is wrong with a lock is reported by that lock's own target, when it is built.`

// runRepositories is run by the module extension.
func runRepositories(_ context.Context, args []string, std Streams) error {
	flags := newFlags("repositories", repositoriesSummary, std)
	path := flags.String("request", "", "`path` of the request as JSON, which the extension wrote")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("repositories: %q is not a flag", flags.Arg(0))
	}
	if *path == "" {
		return usagef("repositories: --request is missing")
	}
	// Bazel waits beside it, in memory as well: half of the garbage for a tenth more of the time.
	debug.SetGCPercent(50)
	data, err := os.ReadFile(*path)
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	var request repository.Request
	if err := json.Unmarshal(data, &request); err != nil {
		return fmt.Errorf("read request %s: %w", *path, err)
	}
	description, err := repository.Describe(request)
	if err != nil {
		return err
	}
	return description.Write(std.Out)
}
