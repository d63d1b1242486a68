package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// runMetadataMatch is the validation action PyprojectMetadataMatch (HOOK-3).
func runMetadataMatch(_ context.Context, args []string, std Streams) error {
	flags := newFlags("metadata-match", "Holds the metadata that were prepared against those of the wheel: but for WHEEL and RECORD each file has to be the same.", std)
	label := flags.String("label", "", "the target's `label`, for messages")
	prepared := flags.String("metadata", "", "the `directory` that the verb metadata made")
	ofWheel := flags.String("wheel-metadata", "", "the `directory` that the verb wheel made, with one .dist-info in it")
	output := flags.String("output", "", "the `file` that receives the differences")
	severity := project.AsError
	addSeverityFlag(flags, &severity, "mismatch", "what a difference is")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *prepared == "" || *ofWheel == "" || *output == "" {
		return usagef("metadata-match needs --metadata=DIRECTORY, --wheel-metadata=DIRECTORY and --output=FILE, and nothing else")
	}
	text, err := matchMetadata(*prepared, *ofWheel)
	if err != nil {
		return labelled(*label, err)
	}
	if err := os.WriteFile(*output, []byte(text), 0o644); err != nil {
		return labelled(*label, err)
	}
	if text == "" {
		return nil
	}
	err = fmt.Errorf("the wheel's .dist-info is not the one that prepare_metadata_for_build_wheel wrote (PEP 517 asks for that):\n%s"+
		"Possible fixes:\n  - report it to the backend's authors\n  - mismatch = \"warning\"", text)
	if severity == project.AsWarning {
		fmt.Fprintf(std.Err, "%s: warning: %v\n", *label, err)
		return nil
	}
	return labelled(*label, err)
}

// matchMetadata shows the differences; without one the text is empty.
func matchMetadata(prepared, ofWheel string) (string, error) {
	found, err := filepath.Glob(filepath.Join(ofWheel, "*.dist-info"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s has %d directories *.dist-info, and one is expected", ofWheel, len(found))
	}
	before, err := wheel.ReadDistInfo(prepared, true)
	if err != nil {
		return "", err
	}
	after, err := wheel.ReadDistInfo(found[0], true)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, d := range wheel.DistInfoDifferences(before, after) {
		fmt.Fprintf(&text, "  %s: %s\n", d.File, d.What)
		if d.Detail != "" {
			fmt.Fprintf(&text, "    %s\n", strings.ReplaceAll(d.Detail, "\n", "\n    "))
		}
	}
	return text.String(), nil
}
