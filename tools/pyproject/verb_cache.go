package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

const cacheSummary = `look at the cache directories of warm builds: cache list|explain|check|prune [FLAG…] [PROJECT…]

list prints each directory: its project, size, when a build last used it, and what the next build will find. explain says for each how the
last build found it, why if that was empty, and all that it belongs to. check holds what lies there against what the last build left;
the exit code is 1 when something is damaged. prune removes what is older than --cache-max-age, and then the longest unused until the rest is
within --cache-max-size; with --all, everything that no build is using. A PROJECT, such as //greeter, limits list, explain and prune --all to it.`

// runCache is the verb "cache".
func runCache(_ context.Context, args []string, std Streams) error {
	flags := newFlags("cache", cacheSummary, std)
	c := &session.Cache{}
	addStoreFlags(flags, c)
	all := flags.Bool("all", false, "for prune: remove whatever no build is using")
	if len(args) == 0 {
		return usagef("cache: expected list, explain, check or prune")
	}
	action := args[0]
	if action == "--help" {
		return parseFlags(flags, args)
	}
	if err := parseFlags(flags, args[1:]); err != nil {
		return err
	}
	root := c.Root
	if root == "" {
		root = filepath.Join(os.Getenv("BUILD_WORKSPACE_DIRECTORY"), storeDir)
	}
	if _, err := os.Stat(root); err != nil {
		fmt.Fprintf(std.Out, "there are no cache directories: %v\n", err)
		return nil
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	store, err := cache.OpenStore(root)
	if err != nil {
		return err
	}
	c.SetLimits(store)
	projects := flags.Args()
	switch action {
	case "list":
		return listCaches(std.Out, store, projects)
	case "explain":
		return explainCaches(std.Out, store, projects)
	case "check":
		return checkCaches(std.Out, store)
	case "prune":
		return pruneCaches(std.Out, store, projects, *all)
	}
	return usagef("cache: %q is none of list, explain, check and prune", action)
}

// selected are the entries of certain projects, or all.
func selected(store *cache.Store, projects []string) ([]cache.Entry, error) {
	entries, err := store.List()
	if len(projects) > 0 {
		entries = slices.DeleteFunc(entries, func(e cache.Entry) bool { return !slices.Contains(projects, e.Project()) })
	}
	return entries, err
}

// next says what the next build will find.
func next(entry cache.Entry) string {
	switch {
	case entry.Busy:
		return "a build has it"
	case entry.Problem != "":
		return "empty: " + entry.Problem
	}
	return "kept"
}

func listCaches(out io.Writer, store *cache.Store, projects []string) error {
	entries, err := selected(store, projects)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROJECT\tUSED\tSIZE\tFILES\tNEXT BUILD\tDIRECTORY")
	var total int64
	for _, entry := range entries {
		var inventory cache.Inventory
		if entry.Record != nil {
			inventory = entry.Record.Inventory
		}
		total += inventory.Bytes
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", orUnknown(entry.Project()), entry.Used.Format(time.DateTime), cache.Size(inventory.Bytes), inventory.Files, next(entry), entry.ID)
	}
	fmt.Fprintf(table, "%d directories\t\t%s\t\t\t\n", len(entries), cache.Size(total))
	return table.Flush()
}

func orUnknown(project string) string {
	if project == "" {
		return "?"
	}
	return project
}

func explainCaches(out io.Writer, store *cache.Store, projects []string) error {
	entries, err := selected(store, projects)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		fmt.Fprintf(out, "%s  %s\n  next build:  %s\n", orUnknown(entry.Project()), entry.ID, next(entry))
		if entry.Record == nil {
			continue
		}
		fmt.Fprintf(out, "  last build:  %s, found it %s\n", entry.Used.Format(time.DateTime), entry.Record.Began)
		for _, part := range entry.Record.Key.Parts {
			fmt.Fprintf(out, "  belongs to:  %s: %s\n", part.Name, part.Value)
		}
	}
	if len(entries) == 0 {
		fmt.Fprintln(out, "no warm build has made any")
	}
	return nil
}

func checkCaches(out io.Writer, store *cache.Store) error {
	problems, err := store.Check()
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(problems)) {
		fmt.Fprintf(out, "%s: %s\n", id, problems[id])
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d cache directories are damaged; the next build with each starts with an empty one", len(problems))
	}
	return nil
}

func pruneCaches(out io.Writer, store *cache.Store, projects []string, all bool) error {
	if !all {
		if len(projects) > 0 {
			return usagef("cache prune: a project is named, which goes with --all only")
		}
		return printPruned(out)(store.Prune(time.Now()))
	}
	entries, err := selected(store, projects)
	if err != nil {
		return err
	}
	return printPruned(out)(store.Remove(entries, "asked for"))
}

func printPruned(out io.Writer) func([]cache.Pruned, error) error {
	return func(pruned []cache.Pruned, err error) error {
		for _, p := range pruned {
			fmt.Fprintf(out, "removed %s\n", p)
		}
		return err
	}
}
