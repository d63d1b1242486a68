package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// lockAsking are the flags of the verb lock that say how hooks are asked (REQ-5).
type lockAsking struct {
	interpreters  []interpreter.Source
	overrides     []override.Override
	hostPackages  bool
	walls, params string
	flags         []string // of the session, in the place of params
	merge         []string
	forget        bool
}

func (a *lockAsking) addFlags(flags *flag.FlagSet) {
	flags.Func("interpreter", "absolute `path` of a system interpreter. With it, or with --interpreter-archive, what the projects' get_requires hooks ask for "+
		"is locked too (repeated: they are asked with each; the first has to answer)", func(path string) error {
		a.interpreters = append(a.interpreters, interpreter.Source{Executable: path})
		return nil
	})
	flags.Func("interpreter-archive", "`path` of the archive of an in-build interpreter (repeated)", func(path string) error {
		a.interpreters = append(a.interpreters, interpreter.Source{Archive: path})
		return nil
	})
	flags.Func("interpreter-executable", "the executable's `path` in the archive that was named last", func(path string) error {
		last := len(a.interpreters) - 1
		if last < 0 || a.interpreters[last].Archive == "" {
			return errors.New("it stands behind the --interpreter-archive that it belongs to")
		}
		a.interpreters[last].Executable = path
		return nil
	})
	flags.BoolVar(&a.hostPackages, "host-site-packages", false, "let hooks see what is installed beside a system interpreter that they are asked with")
	flags.StringVar(&a.walls, "walls", "required", "what separates hooks from the machine: `required` (namespaces) or paths")
	flags.StringVar(&a.params, "session", "", "`path` of further flags of the hooks' session, one a line, as the verb wheel takes them: settings, variables, tools, compilers")
	flags.Func("merge", "`path` of a lock that another machine has written: what its header says that hooks asked for there is locked too (repeated)", func(path string) error {
		a.merge = append(a.merge, path)
		return nil
	})
	flags.BoolVar(&a.forget, "forget", false, "leave out what the lock says that hooks asked for where they are not asked now")
}

// asks says whether there is something to ask, and something to ask with.
func (c *lockCommand) asks() bool { return len(c.asking.interpreters) > 0 && len(c.sources) > 0 }

// resolve resolves what is declared, what hooks ask for and what they asked for elsewhere, and what is needed to build from
// source what has to be. Beside the locks it gives their texts, by the names of the files.
func (c *lockCommand) resolve(ctx context.Context, opts resolver.Options, std Streams) (closure repository.Closure, texts map[string][]byte, err error) {
	for _, source := range c.asking.interpreters {
		system := source.Executable
		if source.Archive != "" {
			system = ""
		}
		if _, err := interpreterSource(system, source.Archive, source.Executable); err != nil {
			return closure, nil, usagef("lock: %w", err)
		}
	}
	progress := newProgress(std.Err)
	defer progress.end()
	store := resolver.OpenStore()
	key := c.key(opts.Requirements)
	progress.step("resolving the build requirements of " + c.title)
	asking := resolver.Asking{
		Check: func(r requirement.Requirement) error { return c.checkSelf(r, "a hook") },
		Store: store, Progress: progress.step,
		Warn: func(line string) { fmt.Fprintf(std.Err, "warning: %s\n", line) },
	}
	if asking.Elsewhere, asking.Merged, err = c.elsewhere(std); err != nil {
		return closure, nil, err
	}
	if c.asks() {
		asking.Interpreters = c.asking.interpreters
		for _, source := range c.sources {
			asking.Projects = append(asking.Projects, resolver.Project{Title: source.title, Header: source.header, Ask: c.asker(source)})
		}
	}
	if opts.Sources, err = c.newSources(opts, asking, std); err != nil {
		return closure, nil, err
	}
	defer func() { err = errors.Join(err, opts.Sources.Close()) }()
	if closure, texts = c.recall(ctx, store, key, opts); texts != nil {
		return closure, texts, nil
	}
	resolved, err := resolver.Dynamic(ctx, opts, asking)
	if err != nil {
		return closure, nil, err
	}
	if closure, err = opts.Sources.Complete(ctx, resolved); err != nil {
		return closure, nil, err
	}
	if texts, err = c.texts(closure); err == nil && key != "" {
		store.Remember(keyWith(key, texts), resolved.Asked)
	}
	return closure, texts, err
}

// elsewhere reads what hooks asked for at other places: what the lock that is there says, and what --merge names.
func (c *lockCommand) elsewhere(std Streams) (kept, merged []lock.Asked, err error) {
	for _, path := range c.asking.merge {
		answers, err := lock.ReadAsked(path)
		if err != nil {
			return nil, nil, fmt.Errorf("--merge: %w", err)
		}
		ours := slices.DeleteFunc(slices.Clone(answers), func(a lock.Asked) bool { return !c.concerns(a) })
		if len(ours) == 0 {
			return nil, nil, fmt.Errorf("--merge: %s does not say what hooks of %s asked for.\nPossible fixes:\n"+
				"  - name the lock that the other machine has written for the same projects and backends, with hooks asked", path, c.title)
		}
		merged = append(merged, ours...)
	}
	if c.asking.forget {
		return nil, merged, nil
	}
	answers, err := lock.ReadAsked(c.out)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			fmt.Fprintf(std.Err, "warning: what was asked elsewhere is lost: %v\n", err)
		}
		return nil, merged, nil
	}
	return slices.DeleteFunc(answers, func(a lock.Asked) bool { return !c.concerns(a) }), merged, nil
}

// concerns says whether an answer is that of a backend which still builds a project of this lock.
func (c *lockCommand) concerns(a lock.Asked) bool {
	return slices.ContainsFunc(c.sources, func(s *lockSource) bool { return s.header == a.Project && s.backend == a.Backend })
}

// asker gives what asks the hooks of a project. It starts the helper again: hooks run behind walls, where this process,
// which needs the network, can't go.
func (c *lockCommand) asker(source *lockSource) func(context.Context, interpreter.Source, string, string) ([]session.Answer, error) {
	return func(ctx context.Context, python interpreter.Source, archive, info string) ([]session.Answer, error) {
		answers := info + ".answers"
		args, err := c.askArguments(source, python, archive, info, answers)
		if err != nil {
			return nil, err
		}
		if err := c.runSelf(ctx, "ask the hooks of "+source.title, args); err != nil {
			if source.header != "" {
				err = fmt.Errorf("the project %s: %w", source.title, err)
			}
			return nil, err
		}
		data, err := os.ReadFile(answers)
		if err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		var asked []session.Answer
		if err := json.Unmarshal(data, &asked); err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		return asked, nil
	}
}

// runSelf runs the helper. What it says of a failure is the failure.
func (c *lockCommand) runSelf(ctx context.Context, task string, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("%s: %w", task, err)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{os.Args[0]}, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it has hooks to end
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit) && said.Len() > 0:
		return errors.New(strings.TrimPrefix(strings.TrimSpace(said.String()), "pyproject: "))
	}
	return fmt.Errorf("%s: %w", task, err)
}

// askArguments is the command line of the verb requires.
func (c *lockCommand) askArguments(source *lockSource, python interpreter.Source, archive, info, answers string) ([]string, error) {
	args := append(c.sessionArguments("requires", source, python, archive, info), "--answers="+answers)
	from, err := c.sourceFlags(source)
	if err != nil {
		return nil, err
	}
	args = append(args, from...)
	if c.asking.hostPackages && python.Archive == "" {
		args = append(args, "--host-site-packages")
	}
	overrides, err := overrideArguments(c.asking.overrides)
	if err != nil {
		return nil, err
	}
	args = append(args, overrides...)
	// Last, because it may place files into the tree: of two for one place the later wins.
	args = append(args, c.asking.flags...)
	if c.asking.params != "" {
		args = append(args, "@"+c.asking.params)
	}
	return args, nil
}

// sessionArguments begin the command line of a verb that runs hooks in an environment.
func (c *lockCommand) sessionArguments(verb string, source *lockSource, python interpreter.Source, archive, info string) []string {
	args := []string{verb, "--label=" + source.title, "--environment=" + archive, "--environment-info=" + info, "--walls=" + c.asking.walls}
	if python.Archive != "" {
		return append(args, "--interpreter-archive="+python.Archive, "--interpreter-executable="+python.Executable)
	}
	return append(args, "--interpreter="+python.Executable)
}

// sourceFlags name the source and the hooks: all of them for a project, and only the wheel's for an sdist, of which nobody
// makes an sdist or an editable wheel.
func (c *lockCommand) sourceFlags(source *lockSource) ([]string, error) {
	if source.sdist != "" {
		flags := []string{"--sdist=" + source.sdist, "--unknown-build-system-keys=warning", "--hook=" + string(hook.GetRequiresWheel), fmt.Sprintf("--patch-strip=%d", c.patches.Strip)}
		for _, file := range c.patches.Files {
			flags = append(flags, "--patch="+file)
		}
		return flags, nil
	}
	names, err := c.sourceEntries(source)
	if err != nil {
		return nil, err
	}
	root := filepath.ToSlash(filepath.Clean(source.title))
	if root == "." || !filepath.IsLocal(root) {
		root = ""
	}
	flags := []string{"--source-root=" + root}
	for _, name := range []hook.Name{hook.GetRequiresWheel, hook.GetRequiresSdist, hook.GetRequiresEditable} {
		flags = append(flags, "--hook="+string(name))
	}
	for _, name := range names {
		flags = append(flags, "--source="+path.Join(root, name)+"="+filepath.Join(source.dir, name))
	}
	return flags, nil
}

// notSource are entries at the top of a project that no build gets: they are of version control, of Bazel, or installed.
var notSource = []string{".git", ".hg", ".venv", "node_modules"}

// sourceEntries lists what at the top of a project its hooks see. The lock is not of its own sources.
func (c *lockCommand) sourceEntries(source *lockSource) ([]string, error) {
	entries, err := os.ReadDir(source.dir)
	if err != nil {
		return nil, fmt.Errorf("read project: %w", err)
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		path := filepath.Join(source.dir, name)
		isLock := path == c.out || filepath.Base(c.out) == repository.DirectoryLock && path == filepath.Dir(c.out)
		if !slices.Contains(notSource, name) && !strings.HasPrefix(name, "bazel-") && !isLock {
			names = append(names, name)
		}
	}
	return names, nil
}
