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
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// lockAsking are the flags of the verb lock that say how hooks are asked (REQ-5).
type lockAsking struct {
	interpreter, archive, executable, walls, params string
}

func (a *lockAsking) addFlags(flags *flag.FlagSet) {
	flags.StringVar(&a.interpreter, "interpreter", "", "absolute `path` of a system interpreter. With it, or with --interpreter-archive, what the project's get_requires hooks ask for is locked too")
	flags.StringVar(&a.archive, "interpreter-archive", "", "`path` of the archive of an in-build interpreter")
	flags.StringVar(&a.executable, "interpreter-executable", "", "the executable's `path` in that archive")
	flags.StringVar(&a.walls, "walls", "required", "what separates hooks from the machine: `required` (namespaces) or paths")
	flags.StringVar(&a.params, "session", "", "`path` of further flags of the hooks' session, one a line, as the verb wheel takes them: settings, variables, tools, compilers")
}

// asks says whether there is something to ask, and something to ask with.
func (c *lockCommand) asks() bool {
	return (c.asking.interpreter != "" || c.asking.archive != "") && (c.project != "" || c.sdist != "")
}

// dynamic resolves until the hooks ask for nothing more.
func (c *lockCommand) dynamic(ctx context.Context, opts resolver.Options, std Streams) (*lock.Lock, error) {
	source, err := interpreterSource(c.asking.interpreter, c.asking.archive, c.asking.executable)
	if err != nil {
		return nil, usagef("lock: %w", err)
	}
	asking := resolver.Asking{
		Interpreter: source, Ask: c.ask,
		Progress: func(line string) { fmt.Fprintf(std.Err, "%s …\n", line) },
	}
	return resolver.Dynamic(ctx, opts, asking)
}

// ask starts the helper again for the hooks: they run behind walls, where this process, which needs the network, can't go.
func (c *lockCommand) ask(ctx context.Context, archive, info string) ([]session.Answer, error) {
	answers := info + ".answers"
	args, err := c.askArguments(archive, info, answers)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("ask the hooks of %s: %w", c.title, err)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{os.Args[0]}, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it has hooks to end
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) && said.Len() > 0 {
			return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(said.String()), "pyproject: "))
		}
		return nil, fmt.Errorf("ask the hooks of %s: %w", c.title, err)
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

// askArguments is the command line of the verb requires.
func (c *lockCommand) askArguments(archive, info, answers string) ([]string, error) {
	args := []string{"requires", "--label=" + c.title, "--environment=" + archive, "--environment-info=" + info, "--answers=" + answers, "--walls=" + c.asking.walls}
	if c.asking.archive != "" {
		args = append(args, "--interpreter-archive="+c.asking.archive, "--interpreter-executable="+c.asking.executable)
	} else {
		args = append(args, "--interpreter="+c.asking.interpreter)
	}
	from, err := c.sourceFlags()
	if err != nil {
		return nil, err
	}
	args = append(args, from...)
	// Last, because it may place files into the tree: of two for one place the later wins.
	if c.asking.params != "" {
		args = append(args, "@"+c.asking.params)
	}
	return args, nil
}

// notSource are entries at the top of a project that no build gets: they are of version control, of Bazel, or installed.
var notSource = []string{".git", ".hg", ".venv", "node_modules"}

// sourceFlags name the source and the hooks: all of them for a project, and only the wheel's for an sdist, of which nobody
// makes an sdist or an editable wheel.
func (c *lockCommand) sourceFlags() ([]string, error) {
	if c.sdist != "" {
		return []string{"--sdist=" + c.sdist, "--unknown-build-system-keys=warning", "--hook=" + string(hook.GetRequiresWheel)}, nil
	}
	entries, err := os.ReadDir(c.project)
	if err != nil {
		return nil, fmt.Errorf("read project: %w", err)
	}
	root := filepath.ToSlash(filepath.Clean(c.title))
	if root == "." || !filepath.IsLocal(root) {
		root = ""
	}
	flags := []string{"--source-root=" + root}
	for _, name := range []hook.Name{hook.GetRequiresWheel, hook.GetRequiresSdist, hook.GetRequiresEditable} {
		flags = append(flags, "--hook="+string(name))
	}
	for _, entry := range entries {
		if slices.Contains(notSource, entry.Name()) || strings.HasPrefix(entry.Name(), "bazel-") {
			continue
		}
		flags = append(flags, "--source="+path.Join(root, entry.Name())+"="+filepath.Join(c.project, entry.Name()))
	}
	return flags, nil
}
