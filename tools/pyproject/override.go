package main

import (
	"encoding/json"
	"flag"
	"fmt"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// addOverrideFlags adds what a user says about build requirements (BE-6).
func addOverrideFlags(flags *flag.FlagSet, to *[]override.Override) {
	flags.Func("override", "`JSON` of one override: label, all_projects, replace, add, remove, relax, constraints, match_runtime (repeated)", func(text string) error {
		o, err := override.Parse(text)
		*to = append(*to, o)
		return err
	})
	flags.Func("runtime-lock", "`path` of the lock that the project runs with, for match_runtime of the --override before it", func(path string) error {
		if len(*to) == 0 {
			return fmt.Errorf("it belongs to no --override")
		}
		(*to)[len(*to)-1].RuntimeLock = path
		return nil
	})
}

// overrideArguments are the flags that gave these overrides, for the verb that asks hooks.
func overrideArguments(overrides []override.Override) ([]string, error) {
	var args []string
	for _, o := range overrides {
		text, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("write override: %w", err)
		}
		args = append(args, "--override="+string(text))
		if o.RuntimeLock != "" {
			args = append(args, "--runtime-lock="+o.RuntimeLock)
		}
	}
	return args, nil
}

// overridden gives what is wanted once overrides are applied.
func overridden(by *override.Set, wanted []repository.Wanted) []repository.Wanted {
	var out []repository.Wanted
	for _, w := range wanted {
		for _, r := range by.Requires([]requirement.Requirement{w.Requirement}) {
			who := w.By
			if r.String() != w.Requirement.String() {
				who = fmt.Sprintf("an override of %q, %s", w.Requirement, w.By)
			}
			out = append(out, repository.Wanted{Requirement: r, By: who})
		}
	}
	for _, r := range by.Added() {
		out = append(out, repository.Wanted{Requirement: r, By: "an override that adds it"})
	}
	return out
}

// constrained are the constraints, as requirements of what is locked.
func constrained(by *override.Set) []repository.Wanted {
	var out []repository.Wanted
	for _, c := range by.Constraints() {
		out = append(out, repository.Wanted{Requirement: c.Requirement, By: c.By, IfThere: true})
	}
	return out
}
