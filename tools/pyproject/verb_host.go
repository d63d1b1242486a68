package main

import (
	"context"
	"encoding/json"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

const hostSummary = `Prints, as JSON, what this machine allows: "walls" is "required" where namespaces can be made, else "paths".`

// runHost is run by a repository rule, which makes the answer the default of //rules/settings:walls.
func runHost(ctx context.Context, args []string, std Streams) error {
	flags := newFlags("host", hostSummary, std)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("host: %q is not a flag", flags.Arg(0))
	}
	facts := struct {
		Walls  string `json:"walls"`
		Reason string `json:"reason,omitempty"`
	}{Walls: "required"}
	if err := walls.Available(ctx); err != nil {
		facts.Walls, facts.Reason = "paths", err.Error()
	}
	return json.NewEncoder(std.Out).Encode(facts)
}
