package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// warmTimes is one build.
type warmTimes struct {
	Wall     float64 // the whole command
	Action   float64 // ours only, by Bazel's profile; 0 where no action ran
	Compiled int     // how often a compiler compiled, below the compiler cache
}

// warmState is what a build begins with.
type warmState string

const (
	fullState    warmState = "full"
	editedState  warmState = "one file edited"
	smallState   warmState = "a small file edited"
	nothingState warmState = "nothing edited"
)

var warmStates = []warmState{fullState, editedState, smallState, nothingState}

// What builds, for -contenders.
const (
	oursName        = "ours"
	limitName       = "limit"
	watchName       = "watch"
	noIsolationName = "build-no-isolation"
)

var warmContenders = []string{oursName, limitName, watchName, noIsolationName, "build", "uv"}

// warmContender builds one project in a source tree of its own.
type warmContender interface {
	// reset makes the tree as it was published, and forgets all builds.
	reset(ctx context.Context) error
	edit(file string, number int) error
	measure(ctx context.Context) (warmTimes, error)
}

// measureWarm measures builds after a change: a full one, then one after each of some edits of one file, then some with nothing edited.
func measureWarm(ctx context.Context, o *options, out io.Writer) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	directory := filepath.Join(cache, "rules_pyproject", "benchmark", "warm")
	results, err := loadWarm(filepath.Join(directory, "results.json"))
	if err != nil {
		return err
	}
	var workspace *warmWorkspace
	for _, name := range o.projects {
		project, err := findWarmProject(name)
		if err != nil {
			return err
		}
		if workspace == nil {
			if workspace, err = newWarmWorkspace(ctx, o, filepath.Join(directory, "workspace")); err != nil {
				return err
			}
			defer workspace.close()
		}
		measured, err := measureWarmProject(ctx, o, workspace, project)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := results.keep(name, measured); err != nil {
			return err
		}
		if err := writeWarm(out, results, []string{name}); err != nil {
			return err
		}
	}
	if len(o.projects) != 1 {
		if err := writeWarm(out, results, warmProjectNames()); err != nil {
			return err
		}
	}
	if o.plot == "" {
		return nil
	}
	return os.WriteFile(o.plot, []byte(plotWarm(results)), 0o644)
}

func measureWarmProject(ctx context.Context, o *options, w *warmWorkspace, p warmProject) (warmMeasured, error) {
	archive, err := w.sdist(ctx, p)
	if err != nil {
		return nil, err
	}
	own := &ours{warmWorkspace: w, tree: &sourceTree{directory: filepath.Join(w.workspace, p.name), project: p, archive: archive}}
	if err := own.reset(ctx); err != nil { // the others have the compilers that it has
		return nil, err
	}
	run := &warmRun{options: o, project: p, measured: warmMeasured{}}
	if slices.Contains(o.contenders, oursName) || slices.Contains(o.contenders, watchName) {
		run.contenders = append(run.contenders, namedContender{oursName, own, true})
	}
	others, err := warmOthers(ctx, o, w, p, archive)
	if err != nil {
		return nil, err
	}
	run.contenders = append(run.contenders, others...)
	for _, state := range warmStates {
		if err := run.measure(ctx, state); err != nil {
			return nil, err
		}
	}
	if slices.Contains(o.contenders, watchName) {
		err = run.watch(ctx, own)
	}
	return run.measured, err
}

// warmRun is one project, with all that build it.
type warmRun struct {
	*options
	project    warmProject
	contenders []namedContender
	measured   warmMeasured
}

// namedContender is one with its name. What keeps nothing builds all again, and is measured once.
type namedContender struct {
	name string
	warmContender
	keeps bool
}

// measure measures builds that begin with a state, in turn.
func (r *warmRun) measure(ctx context.Context, state warmState) error {
	file, runs := "", r.runs
	switch state {
	case fullState:
		runs = 1
	case editedState:
		file = r.project.edited
	case smallState:
		if file = r.project.small; file == "" {
			return nil
		}
	}
	for run := range runs {
		for _, c := range r.contenders {
			if !c.keeps && (run > 0 || state == smallState) {
				continue
			}
			var err error
			if state == fullState {
				err = c.reset(ctx)
			} else if file != "" {
				err = c.edit(file, run)
			}
			if err == nil {
				err = r.one(ctx, c, state)
			}
			if err != nil {
				return fmt.Errorf("%s, %s: %w", state, c.name, err)
			}
		}
	}
	return nil
}

func (r *warmRun) one(ctx context.Context, c namedContender, state warmState) error {
	r.quiet.wait(ctx)
	times, err := c.measure(ctx)
	if err != nil {
		return err
	}
	progress("%s, %s, %s: %.0f ms, of these the action %.0f; compiled %d", r.project.name, state, c.name, times.Wall, times.Action, times.Compiled)
	if c.name == oursName && (times.Action > 0) == (state == nothingState) {
		return fmt.Errorf("the action ran for %.0f ms", times.Action)
	}
	r.measured.add(c.name, state, times)
	return nil
}

// watch measures what somebody sees who edits the file while a watch runs.
func (r *warmRun) watch(ctx context.Context, own *ours) error {
	printed, sinceEdit, err := measureWatch(ctx, r.options, own)
	for i := range printed {
		progress("%s, %s, %s: it says %.0f ms, and says so %.0f ms after the edit", r.project.name, editedState, watchName, printed[i], sinceEdit[i])
		r.measured.add(watchName, editedState, warmTimes{Wall: printed[i], Action: sinceEdit[i]})
	}
	return err
}

// warmOthers are the limit and the frontends, as far as they are asked for.
func warmOthers(ctx context.Context, o *options, w *warmWorkspace, p warmProject, archive string) (all []namedContender, err error) {
	others := slices.DeleteFunc(slices.Clone(o.contenders), func(name string) bool { return name == oursName || name == watchName })
	if len(others) == 0 {
		return nil, nil
	}
	wheel := "//" + p.name + ":wheel"
	action, err := w.action(ctx, []string{warmConfig}, wheel)
	if errors.Is(err, fs.ErrNotExist) { // its flags are written when it runs for the first time
		if err := w.prepare(ctx, []string{warmConfig}, wheel); err != nil {
			return nil, err
		}
		action, err = w.action(ctx, []string{warmConfig}, wheel)
	}
	if err != nil {
		return nil, err
	}
	tools, err := newFrontends(ctx, action.flag("interpreter"), w.temp)
	if err != nil {
		return nil, err
	}
	shop, err := newWorkshop(ctx, tools, w, p, archive, action)
	if err != nil {
		return nil, err
	}
	commands := map[string]treeCommand{limitName: shop.limit, noIsolationName: shop.buildNoIsolation, "build": shop.build, "uv": shop.uv}
	for _, name := range warmContenders {
		if slices.Contains(others, name) {
			all = append(all, namedContender{name, shop.contender(name, commands[name]), name == limitName})
		}
	}
	return all, nil
}

// checkNames says which of the names are not known.
func checkNames(what string, names, known []string) error {
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no %s %q; there are %s", what, name, strings.Join(known, ", "))
		}
	}
	return nil
}
