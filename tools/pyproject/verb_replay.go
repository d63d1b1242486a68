package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/patch"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/replay"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/worker"
)

// runReplay is the action PyprojectReplay: `replay FLAG…`, with the flags of the verb wheel, of which those for outputs and the cache mean
// nothing here.
func runReplay(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	flags := newFlags("replay", "Builds revisions of a source warm, one after the other, and each of them cold, and compares the wheels byte by byte.", std)
	addSessionFlags(flags, config)
	addWheelFlags(flags, config)
	revisions := patch.Series{}
	flags.Func("revision", "a `patch` that makes the next revision of the one before it (repeated, in their order)", func(file string) error {
		revisions.Files = append(revisions.Files, file)
		return nil
	})
	flags.IntVar(&revisions.Strip, "revision-strip", 1, "how many `directories` are taken off the names in the revisions' patches")
	verdict := flags.String("verdict", "", "the `file` that receives a program which prints the report and fails if a wheel differs (default: print it and fail)")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 || len(revisions.Files) == 0 {
		return usagef("replay takes flags only, and at least one --revision")
	}
	report, failed, err := replayed(ctx, args, config, revisions)
	if err != nil {
		return labelled(config.Label, err)
	}
	if *verdict != "" {
		return os.WriteFile(*verdict, []byte(verdictProgram(report, failed)), 0o755)
	}
	if _, err := fmt.Fprint(std.Out, report); err != nil {
		return err
	}
	if failed {
		return labelled(config.Label, errors.New("a warm build is not as the cold one"))
	}
	return nil
}

// replayed replays the revisions, and the first of them at the end, as a revert of all.
func replayed(ctx context.Context, args []string, config *session.Config, revisions patch.Series) (report string, failed bool, err error) {
	dir, err := os.MkdirTemp("", "pyproject-replay-")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(dir)
	r := &replay.Replay{
		Start:   func(ctx context.Context, args []string) (int, string) { return worker.Start(ctx, "", args) },
		Args:    withoutSource(args),
		Project: config.Label,
		Dir:     dir,
	}
	h := history{config: config, revisions: revisions, dir: dir}
	// The first is there twice at the start, too: nothing is edited.
	const nothingEdited = -1
	for i := nothingEdited - 1; i <= len(revisions.Files); i++ {
		revision, err := h.revision(ctx, i)
		if err != nil {
			return "", false, err
		}
		outcome, err := r.Step(ctx, revision)
		if err != nil {
			return "", false, err
		}
		report += outcome.String()
		failed = failed || len(outcome.Differences) > 0
		if outcome.Cold.Wheel == "" && len(outcome.Differences) == 0 {
			return "", false, fmt.Errorf("%s can't be built, neither cold nor warm, so that nothing is compared\n%s", revision.Name, outcome.Cold.Output)
		}
		if i == nothingEdited && !outcome.Kept() {
			// All that follows would compare cold builds with each other.
			return "", false, fmt.Errorf("nothing is kept from one build to the next, so that none is a warm one: the cache directory was %s", outcome.Cache())
		}
	}
	return report, failed, nil
}

// withoutSource are the arguments but for the source, and for what a session does not know.
func withoutSource(args []string) []string {
	own := []string{"--source=", "--sdist=", "--patch=", "--patch-strip=", "--revision=", "--revision-strip=", "--verdict="}
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		return slices.ContainsFunc(own, func(flag string) bool { return strings.HasPrefix(arg, flag) })
	})
}

// history makes revisions of a source.
type history struct {
	config    *session.Config
	revisions patch.Series
	dir       string
	made      int
}

// misleading are the times of the files of revisions, in turn: what Bazel says of times means nothing, and must not.
var misleading = []time.Time{time.Unix(1_700_000_000, 0), time.Unix(1_700_000_000, 0), time.Unix(1_600_000_000, 0), time.Unix(1_800_000_000, 0)}

// revision makes the source after the first i patches, all of them if i is none of those.
func (h *history) revision(ctx context.Context, i int) (replay.Revision, error) {
	count := max(i+1, 0)
	name := "as it is"
	switch {
	case i == -1:
		name = "nothing edited"
	case i >= 0 && i < len(h.revisions.Files):
		name = h.revisions.Files[i]
	case i == len(h.revisions.Files):
		name, count = "all of it reverted", 0
	}
	patches := patch.Series{Files: h.revisions.Files[:count], Strip: h.revisions.Strip}
	c := h.config
	if c.Sdist != "" {
		args := []string{"--sdist=" + c.Sdist, fmt.Sprintf("--patch-strip=%d", c.Patches.Strip)}
		if len(c.Patches.Files) > 0 && len(patches.Files) > 0 && c.Patches.Strip != patches.Strip {
			return replay.Revision{}, fmt.Errorf("patches of the sdist and revisions have one strip, and not %d and %d", c.Patches.Strip, patches.Strip)
		}
		for _, file := range slices.Concat(c.Patches.Files, patches.Files) {
			args = append(args, "--patch="+file)
		}
		return replay.Revision{Name: name, Args: args}, nil
	}
	h.made++
	// The tree's own path ends as its place does, so that flags which hold both can be read.
	tree := filepath.Join(h.dir, fmt.Sprintf("revision%d", h.made), filepath.FromSlash(c.SourceRoot))
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return replay.Revision{}, err
	}
	mtime := misleading[h.made%len(misleading)]
	if err := c.CopySource(ctx, tree, mtime); err != nil {
		return replay.Revision{}, err
	}
	_, err := patches.Apply(tree, mtime)
	return replay.Revision{Name: name, Tree: tree, Root: c.SourceRoot}, err
}

// verdictProgram is a test that is over already: it says how it ended.
func verdictProgram(report string, failed bool) string {
	code := 0
	if failed {
		code = 1
	}
	return fmt.Sprintf("#!/bin/sh\nprintf '%%s' '%s'\nexit %d\n", strings.ReplaceAll(report, "'", `'\''`), code)
}
