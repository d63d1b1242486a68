package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/worker"
)

// persistentWorker is what Bazel adds to the command line of an action to start it as a worker.
const persistentWorker = "--persistent_worker"

// storeDir is where cache directories are kept if no --cache-root says another: "bazel clean" empties it.
const storeDir = "bazel-out/rules_pyproject_cache"

// isWorker says that Bazel starts a verb that runs hooks as a worker.
func isWorker(verb string, args []string) bool {
	return slices.Contains([]string{"wheel", "sdist", "metadata"}, verb) && slices.Contains(args, persistentWorker)
}

// runWorker is a verb that runs hooks, as a persistent worker: each request is a session in a process of its own, with a cache directory that is
// kept. Its flags, which Bazel takes from --worker_extra_flag, are those of each session.
func runWorker(ctx context.Context, verb string, args []string, std Streams) error {
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == persistentWorker })
	c := &session.Cache{}
	flags := newFlags(verb+" "+persistentWorker, "Answers requests of Bazel, each with a session that keeps its cache directory.", std)
	addStoreFlags(flags, c)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("a worker takes flags only, and got %q", flags.Arg(0))
	}
	if c.Root != "" && !filepath.IsAbs(c.Root) {
		return usagef("the cache root %q is not an absolute path: a worker's own directory changes", c.Root)
	}
	helper, err := session.HelperDigest()
	if err != nil {
		return err
	}
	args = append(args, "--cache-helper="+helper)
	return worker.Serve(ctx, std.In, std.Out, func(ctx context.Context, request worker.Request) (int, string) {
		root := c.Root
		if root == "" {
			root = filepath.Join(executionRoot(request), storeDir)
		}
		if slices.Contains(request.Arguments, coldEqualsWarm) {
			return checkedSession(ctx, verb, request, args, root)
		}
		return warmSession(ctx, verb, request, args, root)
	})
}

// warmSession runs a session with a cache root; one for which that may have no room is run again without (CACHE-5, CACHE-6).
func warmSession(ctx context.Context, verb string, request worker.Request, extra []string, root string) (int, string) {
	args := slices.Concat([]string{verb}, request.Arguments, extra, []string{"--cache-root=" + root})
	code, printed := worker.Start(ctx, request.SandboxDir, args)
	if code != exitFull {
		return code, printed
	}
	why := "a session with it has found too little room in the file system of " + root + "; make room there, or keep cache directories elsewhere by --cache-root"
	return worker.Start(ctx, request.SandboxDir, append(args, cacheRefused+why))
}

// cacheRefused is the flag that makes a session with a cache root a cold one.
const cacheRefused = "--cache-refused="

// exitFull is the exit code of a session that is not to be trusted, or failed, because its cache root has no room.
const exitFull = 3

// executionRoot is Bazel's, though the worker may be in a directory of links to it.
func executionRoot(request worker.Request) string {
	directory, err := os.Getwd()
	if err != nil {
		return "/"
	}
	for _, arg := range request.Arguments {
		_, input, ok := strings.Cut(arg, "=")
		if !ok || !strings.HasPrefix(input, "bazel-out/") {
			continue
		}
		real, err := filepath.EvalSymlinks(filepath.Join(directory, request.SandboxDir, input))
		if root, found := strings.CutSuffix(real, "/"+input); err == nil && found {
			return root
		}
	}
	return directory
}
