package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
)

const offerSummary = `Prints the BUILD file of a distribution of which a lock has hashes and no file names: which of the files that an
index has for them may serve which Python and platform.`

// runOffer is run by the repository rule of such distributions.
func runOffer(_ context.Context, args []string, std Streams) error {
	flags := newFlags("offer", offerSummary, std)
	path := flags.String("request", "", "`path` of what the index offers, as JSON, which the repository rule wrote")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("offer: %q is not a flag", flags.Arg(0))
	}
	data, err := os.ReadFile(*path)
	if err != nil {
		return fmt.Errorf("read offer: %w", err)
	}
	var offer repository.Offer
	if err := json.Unmarshal(data, &offer); err != nil {
		return fmt.Errorf("read offer %s: %w", *path, err)
	}
	build, err := offer.Build()
	if err != nil {
		return err
	}
	fmt.Fprint(std.Out, build)
	return nil
}
