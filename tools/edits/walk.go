package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
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
	made    []edit // what a random walk has made of the project
	again   bool   // they are being made once more
	last    string // the name and digest of the last cold wheel; "" for none yet

	// What has been proved: builds whose wheels were compared, those of them whose warm one began with what another had left, and the cold wheels.
	equal, kept int
	wheels      map[string]bool
}

func newWalk(project, dir string, args []string, start replay.Start) (*walk, error) {
	w := &walk{source: map[string]string{}, wheels: map[string]bool{}}
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
	w.flags, w.made = nil, nil
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
		return outcome, nil
	}
	if outcome.Cold.Wheel == "" {
		return outcome, nil
	}
	w.equal++
	if outcome.Kept() {
		w.kept++
	}
	wheel, err := os.ReadFile(outcome.Cold.Wheel)
	w.last = fmt.Sprintf("%s %x", filepath.Base(outcome.Cold.Wheel), sha256.Sum256(wheel))
	w.wheels[w.last] = true
	return outcome, err
}
