package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/replay"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/worker"
)

// coldEqualsWarm is the argument of a request whose warm session is to be followed by a cold one that makes the same bytes (CACHE-6).
const coldEqualsWarm = "--cold-equals-warm"

// checkedSession runs a warm session, and then a cold one, of which nothing stays. Where what they made differs the request fails, and the
// project's cache directories go.
func checkedSession(ctx context.Context, verb string, request worker.Request, extra []string, root string) (int, string) {
	code, printed := warmSession(ctx, verb, request, extra, root)
	if code != 0 {
		return code, printed
	}
	dir, err := os.MkdirTemp("", "cold-")
	if err != nil {
		return 1, printed + err.Error() + "\n"
	}
	defer os.RemoveAll(dir)
	args := arguments(append([]string{verb}, request.Arguments...))
	args = append(args, "--cache-input=")
	for _, name := range []string{"output", "output-file", "log", "metadata", "metadata-file", "entry-points", "requirements", "cache-output"} {
		if path := args.value(name); path != "" {
			args = append(args, "--"+name, filepath.Join(dir, name, filepath.Base(path)))
			if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
				return 1, printed + err.Error() + "\n"
			}
		}
	}
	code, said := worker.Start(ctx, request.SandboxDir, args)
	if code != 0 {
		return code, printed + "the warm build succeeded, and the cold one that was to make the same failed:\n" + said
	}
	given := arguments(request.Arguments)
	for _, name := range []string{"output", "output-file"} {
		made := given.value(name)
		if made == "" {
			continue
		}
		differences, err := replay.Differences(ctx, args.value(name), filepath.Join(request.SandboxDir, made))
		if err != nil {
			return 1, printed + err.Error() + "\n"
		}
		if len(differences) > 0 {
			project := given.value("cache-project")
			log, _ := os.ReadFile(filepath.Join(request.SandboxDir, given.value("log")))
			return 1, fmt.Sprintf("%s%s: the warm build and a cold one of the same source differ (CACHE-6)\n  %s\nto blame: %s\n%s\n",
				printed, project, strings.ReplaceAll(strings.Join(differences, "\n"), "\n", "\n  "), replay.Blame(string(log), false), forgetProject(root, project))
		}
	}
	return 0, printed
}

// arguments are a command line whose flags are written as --name=value, or as --name and then the value.
type arguments []string

// value is that of the last flag of a name.
func (a arguments) value(name string) (value string) {
	for i, arg := range a {
		if after, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			value = after
		} else if arg == "--"+name && i+1 < len(a) {
			value = a[i+1]
		}
	}
	return value
}

// forgetProject removes a project's cache directories, which hold what is wrong.
func forgetProject(root, project string) string {
	store, err := cache.OpenStore(root)
	if err != nil {
		return err.Error()
	}
	entries, err := selected(store, []string{project})
	if err == nil {
		_, err = store.Remove(entries, "")
	}
	if err != nil {
		return err.Error()
	}
	return "The cache directories of the project were removed; the next build starts with an empty one."
}
