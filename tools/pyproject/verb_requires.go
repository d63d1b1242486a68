package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

const requiresSummary = `Asks a project's get_requires hooks, in the room of its build, and writes what they ask for as JSON. The verb lock runs
it: a lock needs the network, and a hook must not have it.`

// runRequires is run by the verb lock.
func runRequires(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	var hooks []hook.Name
	flags := newFlags("requires", requiresSummary, std)
	addSessionFlags(flags, config)
	flags.Func("hook", "a `hook` to ask, such as get_requires_for_build_wheel (repeated)", func(name string) error {
		hooks = append(hooks, hook.Name(name))
		return nil
	})
	answers := flags.String("answers", "", "`path` of the file that receives the answers")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("requires takes flags only, and got %q", flags.Arg(0))
	}
	if len(hooks) == 0 || *answers == "" {
		return usagef("requires: --hook and --answers are needed")
	}
	inside, err := walls.Reenter(ctx, config.Walls)
	if err != nil || !inside {
		return labelled(config.Label, err)
	}
	asked, err := session.Ask(ctx, config, hooks...)
	if err != nil {
		return labelled(config.Label, err)
	}
	data, err := json.Marshal(asked)
	if err == nil {
		err = os.WriteFile(*answers, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write answers: %w", err)
	}
	return nil
}
