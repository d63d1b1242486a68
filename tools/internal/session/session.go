package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
)

// Result is what a session made.
type Result struct {
	// File is where the wheel or sdist is, and Name its file name.
	File string
	Name string
	// Warnings are for people, one line each.
	Warnings []string
}

// builder is what is special to one kind of session: it calls the hooks and delivers what they made.
type builder func(s *Staged, ctx context.Context, log *record, calls *calls, result *Result) error

// run runs a session, and once more if its build directory could not be trusted.
func run(ctx context.Context, config *Config, build builder, hooks ...hook.Name) (Result, error) {
	result, err := once(ctx, config, build, hooks...)
	var again *rewritten
	if errors.As(err, &again) {
		other := *config
		other.Cache.rewritten = again.path
		return once(ctx, &other, build, hooks...)
	}
	return result, err
}

// once is what all sessions have in common: staging, the static requirements, the log, the end.
func once(ctx context.Context, config *Config, build builder, hooks ...hook.Name) (result Result, err error) {
	log := &record{}
	defer func() {
		if err != nil {
			log.printf("\n%v\n", err)
		}
		err = errors.Join(err, log.write(config.Log))
	}()
	var calls *calls
	var callsErr error
	staged, err := prepare(ctx, config, func(s *Staged) {
		calls, callsErr = startCalls(ctx, s, log, hooks...)
	})
	defer func() {
		err = staged.whileFull(err)
		staged.end(log, calls)
	}()
	if err := errors.Join(err, callsErr); err != nil {
		return Result{}, err
	}
	for _, warning := range staged.Warnings {
		result.Warnings = append(result.Warnings, warningText(warning))
	}
	if config.HostSitePackages {
		result.Warnings = append(result.Warnings, hostPackages)
	}
	described := len(result.Warnings)
	if staged.kept != nil {
		result.Warnings = append(result.Warnings, staged.kept.warnings...)
	}
	staged.describe(log)
	if err := staged.checkStatic(); err != nil {
		return Result{}, err
	}
	if staged.kept != nil {
		staged.kept.started = true
	}
	if err := calls.sequence.Plan(staged.request("")); err != nil {
		return Result{}, err
	}
	if err := build(staged, ctx, log, calls, &result); err != nil {
		return Result{}, err
	}
	if staged.kept != nil {
		staged.kept.finished = true
	}
	if err := staged.packCache(log); err != nil {
		return Result{}, err
	}
	if hosts := staged.Room.Network(); len(hosts) > 0 {
		log.printf("%s\n", networkNote(hosts))
	}
	for _, warning := range result.Warnings[described:] {
		log.printf("warning: %s\n", warning)
	}
	for _, override := range staged.overrides.Unused() {
		log.printf("this override has met nothing: %s\n", override)
	}
	log.printf("\nmade %s\n", result.Name)
	return result, nil
}

// hostPackages warns of BE-6's named escape.
const hostPackages = "host_site_packages: hooks see what is installed beside the Python of this machine, which nothing has locked; what is built so reaches no cache and no remote executor, and another machine may build something else"

// end ends what runs, and removes the room. Neither can make a wheel wrong that was delivered.
func (s *Staged) end(log *record, calls *calls) {
	if s == nil {
		return
	}
	defer s.closeCache(log)
	if s.Room == nil {
		return
	}
	defer s.clock("close room")()
	if err := calls.close(); err != nil {
		log.printf("warning: %v\n", err)
	}
	if err := s.Room.Close(); err != nil {
		log.printf("warning: the room was not removed: %v\n", err)
	}
}

// pkgInfo is the sdist's own metadata, as it is before any hook has run. A source tree has none, nor have the oldest sdists.
func (s *Staged) pkgInfo() (*metadata.Metadata, error) {
	if s.config.Sdist == "" {
		return nil, nil
	}
	info, err := sdist.Metadata(s.outsideSource())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Base(s.config.Sdist), err)
	}
	return &info, nil
}

func warningText(w project.Warning) string {
	return fmt.Sprintf("%s:%d:%d: %s", w.File, w.Line, w.Column, w.Message)
}
