package session

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/archive"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// fill puts everything in its place, at the same time.
func (s *Staged) fill(ctx context.Context, ready func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var steps, python sync.WaitGroup
	run := func(group *sync.WaitGroup, name string, step func(context.Context) error) {
		group.Go(func() {
			defer s.clock("prepare " + name)()
			if err := step(ctx); err != nil {
				cancel(err)
			}
		})
	}
	run(&python, "walls", func(context.Context) error { return s.Room.Wait() })
	run(&python, "environment", s.fillEnvironment)
	run(&python, "interpreter", s.fillInterpreter)
	run(&steps, "source", s.fillSource)
	run(&steps, "compilers", s.fillCompilers)
	run(&steps, "cache", s.fillCache)
	python.Wait()
	if ctx.Err() == nil {
		ready()
	}
	steps.Wait()
	return context.Cause(ctx)
}

func (s *Staged) fillSource(ctx context.Context) error {
	c := s.config
	parent := s.Room.Outside(walls.Source)
	name := c.sourceName()
	if c.Sdist != "" {
		top, err := sdist.Unpack(ctx, c.Sdist, parent, sdist.Options{Time: s.time})
		if err != nil {
			return err
		}
		name = top
		if s.patched, err = c.Patches.Apply(filepath.Join(parent, name), s.time); err != nil {
			return fmt.Errorf("%s: %w", path.Base(c.Sdist), err)
		}
	} else {
		if !filepath.IsLocal(name) || strings.ContainsRune(name, '/') {
			return fmt.Errorf("source name %q is not the name of a directory", name)
		}
		if err := copyTree(ctx, c.Sources, c.SourceRoot, filepath.Join(parent, name), s.time); err != nil {
			return err
		}
	}
	s.Source = path.Join(s.Room.Inside(walls.Source), name)
	var err error
	s.Project, s.Warnings, err = project.Read(filepath.Join(parent, name), project.Options{UnknownKeys: c.UnknownKeys, File: c.pyprojectFile()})
	return err
}

func (s *Staged) fillEnvironment(ctx context.Context) error {
	options := environment.MaterializeOptions{
		Archive: s.config.Environment,
		Dir:     s.Room.Outside(walls.Environment),
		Inside:  s.Room.Inside(walls.Environment),

		HostSitePackages: s.config.HostSitePackages,
	}
	if s.config.InterpreterArchive != "" {
		s.Info.Interpreter = s.Info.Interpreter.Rebase(interpreter.Path, s.Room.Inside(walls.Python))
	} else if s.Room.Kind() == walls.Paths {
		options.Isolate = s.Room.Outside(path.Join(walls.Base, isolated))
	}
	options.Interpreter = s.Info.Interpreter
	s.Python = options.Inside + "/bin/python"
	return environment.Materialize(ctx, options)
}

func (s *Staged) fillInterpreter(ctx context.Context) error {
	if s.config.InterpreterArchive == "" {
		return nil
	}
	return archive.Unpack(ctx, s.config.InterpreterArchive, s.Room.Outside(walls.Python), archive.Options{})
}

func (s *Staged) fillCompilers(context.Context) error {
	basePrefix := ""
	if s.config.Interpreter != "" {
		basePrefix = s.Info.Interpreter.BasePrefix
	}
	cached, _ := s.compilerCache()
	return launchers{
		compilers: s.config.Compilers,
		execroot:  s.Room.Inside(walls.Execroot),
		prefixMap: prefixMap(s.Room, basePrefix),
		cache:     cached,
	}.write(s.Room.Outside(walls.Compilers))
}
