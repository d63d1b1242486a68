package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// addCacheFlags adds what the cache directory of a session starts with, and what becomes of it.
func addCacheFlags(flags *flag.FlagSet, text func(*string, string, string), c *session.Cache) {
	text(&c.Project, "cache-project", "the `identity` of the project, to which a cache directory belongs")
	text(&c.Configuration, "configuration", "the `name` of Bazel's configuration, to which a cache directory belongs too")
	text(&c.Input, "cache-input", "the `archive` of a cache directory to start with")
	text(&c.Output, "cache-output", "the `archive` that receives the cache directory as the session leaves it")
	text(&c.Helper, "cache-helper", "the `digest` of the helper, to which a cache directory belongs, where a worker has taken it already")
	text(&c.Refused, strings.Trim(cacheRefused, "-="), "`why` --cache-root is not to be used though it is given")
	flags.Bool(strings.TrimPrefix(coldEqualsWarm, "--"), false, "in a worker, run a cold session too, and fail if it makes other bytes")
	addStoreFlags(flags, c)
}

// addStoreFlags adds a store, and its limits.
func addStoreFlags(flags *flag.FlagSet, c *session.Cache) {
	flags.StringVar(&c.Root, "cache-root", "", "the `directory` that keeps cache directories between warm builds, an absolute path")
	flags.Func("cache-max-size", "how much the cache root may hold, as in `500M` or 20G (default: 10G)", func(value string) (err error) {
		c.Total, err = parseSize(value)
		return err
	})
	flags.DurationVar(&c.Age, "cache-max-age", 0, "the `age`, as in 48h, at which a cache directory goes that nothing was built with (default: 720h)")
}

// parseSize reads a number of bytes, with K, M, G or T for powers of 1024.
func parseSize(text string) (int64, error) {
	number, shift := text, 0
	for i, unit := range []string{"K", "M", "G", "T"} {
		if cut, ok := strings.CutSuffix(text, unit); ok {
			number, shift = cut, 10*(i+1)
		}
	}
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil || value <= 0 || value > (1<<62)>>shift {
		return 0, fmt.Errorf("expected a size such as 500M or 20G")
	}
	return value << shift, nil
}
