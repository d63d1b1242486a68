package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/replay"
)

//go:embed all:projects
var projects embed.FS

// walk is one history of a project.
type walk struct {
	backend string
	flavour string // "" is the project as it is
	replay  *replay.Replay
	tree    string
	source  map[string]string // the project as it is at first
	flags   []string          // that an edit has added
	report  string
	failed  int
	kept    int // warm builds that began with what another had left
}

func newWalk(project, dir string, args []string, start replay.Start) (*walk, error) {
	w := &walk{source: map[string]string{}}
	w.backend, w.flavour, _ = strings.Cut(project, "+")
	w.replay = &replay.Replay{Start: start, Args: append(args, "--source-root=p", "--source-name=p"), Project: "//" + project, Dir: dir}
	directories := []string{"shared", w.backend}
	if w.flavour != "" {
		directories = append(directories, w.flavour+"/"+w.backend)
	}
	for _, name := range directories {
		top := "projects/" + name
		err := fs.WalkDir(projects, top, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := projects.ReadFile(path)
			w.source[path[len(top)+1:]] = string(text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	w.tree = filepath.Join(dir, "p")
	return w, w.reset()
}

// reset makes the tree as it is at first.
func (w *walk) reset() error {
	w.flags = nil
	if err := os.RemoveAll(w.tree); err != nil {
		return err
	}
	for name, text := range w.source {
		if err := w.write(name, text); err != nil {
			return err
		}
	}
	return nil
}

// step builds what is there.
func (w *walk) step(ctx context.Context, name string) (*replay.Outcome, error) {
	outcome, err := w.replay.Step(ctx, replay.Revision{Name: name, Tree: w.tree, Root: "p", Args: w.flags})
	if err != nil {
		return nil, err
	}
	w.report += outcome.String()
	if len(outcome.Differences) > 0 {
		w.failed++
	}
	if outcome.Kept() {
		w.kept++
	}
	return outcome, nil
}

// judge is an error if the warm build of an edit did not go as the edit says.
func (w *walk) judge(e edit, outcome *replay.Outcome) error {
	log := outcome.Warm.Log
	if e.keeps && w.flavour == "" && strings.Contains(log, "\ncache mapping  deleted build:") {
		return fmt.Errorf("%s: the build directory was not kept:\n%s", e.name, log)
	}
	if e.says != "" && w.backend != "setuptools" && !strings.Contains(log, e.says) {
		return fmt.Errorf("%s: the log lacks %q:\n%s", e.name, e.says, log)
	}
	return nil
}

// table makes each edit of the table once, each on top of those before; a project as it is at first comes before and after them all.
func (w *walk) table(ctx context.Context) error {
	first, err := w.step(ctx, "as it is")
	if err != nil {
		return err
	}
	if first.Cold.Wheel == "" {
		return fmt.Errorf("the project can't be built:\n%s", first.Cold.Output)
	}
	for _, e := range edits {
		if !e.of(w) {
			continue
		}
		if err := e.make(w); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		outcome, err := w.step(ctx, e.name)
		if err != nil {
			return err
		}
		if outcome.Cold.Wheel == "" && len(outcome.Differences) == 0 {
			return fmt.Errorf("%s: nothing was compared, for it can't be built:\n%s", e.name, outcome.Cold.Output)
		}
		if err := w.judge(e, outcome); err != nil {
			return err
		}
	}
	if err := w.reset(); err != nil {
		return err
	}
	if _, err := w.step(ctx, "all of it reverted"); err != nil {
		return err
	}
	if w.kept == 0 {
		return fmt.Errorf("no warm build was warm")
	}
	return nil
}

// random makes edits in any order, several at once at times, and reverts all now and then. One that does not fit what is there is left out; a
// revision that can't be built is one like others.
func (w *walk) random(ctx context.Context, random *rand.Rand, steps int) error {
	if _, err := w.step(ctx, "as it is"); err != nil {
		return err
	}
	for range steps {
		name := ""
		for range 1 + random.IntN(2) {
			e := edits[random.IntN(len(edits))]
			if !e.of(w) || e.make(w) != nil {
				continue
			}
			name += e.name + "; "
		}
		if random.IntN(8) == 0 {
			if err := w.reset(); err != nil {
				return err
			}
			name = "all of it reverted"
		}
		if _, err := w.step(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
