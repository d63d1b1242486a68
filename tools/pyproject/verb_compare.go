package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

const compareSummary = `list in what two wheels differ: compare [--json] A B

A and B are wheels, or directories that hold exactly one. Allowed differences are the order, times and compression of the
archive, RECORD, the Generator line, and in ELF files debug information, .comment, build-id and paths; they are listed and do
not count. The exit code is 0 when nothing else differs, 1 when something does.`

// runCompare is the verb "compare".
func runCompare(ctx context.Context, args []string, std Streams) error {
	flags := newFlags("compare", compareSummary, std)
	asJSON := flags.Bool("json", false, "print one JSON object instead of text")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return usagef("compare: expected two wheels, found %d arguments", flags.NArg())
	}
	a, err := theWheel(flags.Arg(0))
	if err != nil {
		return err
	}
	b, err := theWheel(flags.Arg(1))
	if err != nil {
		return err
	}
	differences, err := wheel.Compare(ctx, a, b)
	if err != nil {
		return err
	}
	count := 0
	for _, d := range differences {
		if d.Kind == wheel.Different {
			count++
		}
	}
	if *asJSON {
		err = printComparisonJSON(std.Out, a, b, differences)
	} else {
		err = printComparison(std.Out, a, b, differences, count)
	}
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if count > 0 {
		return fmt.Errorf("the wheels differ in more than is allowed: %d times", count)
	}
	return nil
}

func printComparisonJSON(out io.Writer, a, b string, differences []wheel.Difference) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if differences == nil {
		differences = []wheel.Difference{}
	}
	return encoder.Encode(struct {
		A           string             `json:"a"`
		B           string             `json:"b"`
		Differences []wheel.Difference `json:"differences"`
	}{a, b, differences})
}

func printComparison(out io.Writer, a, b string, differences []wheel.Difference, count int) error {
	var text strings.Builder
	fmt.Fprintf(&text, "- %s\n+ %s\n", a, b)
	for _, kind := range []wheel.Kind{wheel.Different, wheel.Allowed} {
		for _, d := range differences {
			if d.Kind != kind {
				continue
			}
			fmt.Fprintf(&text, "%s: ", kind)
			if d.File != "" {
				fmt.Fprintf(&text, "%s: ", d.File)
			}
			fmt.Fprintln(&text, d.What)
			if d.Detail != "" {
				fmt.Fprintf(&text, "    %s\n", strings.ReplaceAll(d.Detail, "\n", "\n    "))
			}
		}
	}
	fmt.Fprintf(&text, "%d different, %d allowed\n", count, len(differences)-count)
	_, err := io.WriteString(out, text.String())
	return err
}
