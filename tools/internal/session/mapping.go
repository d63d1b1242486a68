package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/adapter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// adapters is the table of what is mapped. Tests have their own.
var adapters = adapter.Table

// mapCache gives the cache directory to a backend that does not know the argument, by the adapter that it has, if any
// (CACHE-8). It is called when everything is staged, and before a hook runs.
func (s *Staged) mapCache() error {
	system := s.Project.BuildSystem
	versions := map[string]string{}
	for _, d := range s.Info.Distributions {
		versions[requirement.NormalizeName(d.Name)] = d.Version
	}
	found, ok := adapter.Find(adapters, system.Backend, versions)
	if !ok {
		return nil
	}
	source, err := os.OpenRoot(s.outsideSource())
	if err != nil {
		return fmt.Errorf("map the cache directory: %w", err)
	}
	defer source.Close()
	directory, err := os.OpenRoot(s.Room.Outside(walls.Cache))
	if err != nil {
		return fmt.Errorf("map the cache directory: %w", err)
	}
	defer directory.Close()
	told := adapter.Told{
		Backend: system.Backend, Versions: versions,
		Settings: s.config.Settings, Env: s.config.Env,
		Source: source, Cache: directory, Inside: s.Room.Inside(walls.Cache), Empty: s.kept == nil || s.kept.record == nil,
	}
	if s.kept != nil {
		if s.kept.sources, s.kept.links, err = scanSource(s.outsideSource()); err != nil {
			return fmt.Errorf("map the cache directory: %w", err)
		}
		told.Added, told.Removed, told.Changed = s.kept.changedPaths()
		if s.kept.rewritten = s.config.Cache.rewritten; s.kept.rewritten == "" && s.kept.record != nil {
			s.kept.rewritten = s.kept.record.Rewritten
		}
		told.Rewritten = s.kept.rewritten
		if s.kept.record != nil {
			told.Unfinished = s.kept.record.Unfinished
		}
	}
	mapping, err := found.Map(told)
	if err != nil {
		return fmt.Errorf("map the cache directory for %s: %w", found.Name, err)
	}
	if mapping.Off != "" {
		s.mapped = []string{fmt.Sprintf("off for %s: %s", found.Name, mapping.Off)}
		return nil
	}
	if mapping.KeepsBuildDirectory {
		if !mapping.Fresh {
			err = s.kept.stageByContent(s.outsideSource())
		}
		if err := errors.Join(err, s.settleTimes()); err != nil {
			return err
		}
		s.kept.watch(mapping)
	}
	s.mapped = append([]string{"for " + found.Name}, mapping.Notes...)
	s.Settings = append(s.Settings, mapping.Settings...)
	s.variables = mapping.Env
	s.Env = slices.Clone(s.Env) // the interpreters are being started with the old one
	for _, variable := range mapping.Env {
		name, _, _ := strings.Cut(variable, "=")
		s.Env = slices.DeleteFunc(s.Env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	}
	s.Env = append(s.Env, mapping.Env...)
	return nil
}

// settleTimes gives the files of the environment and of an in-build interpreter one constant time. They are unpacked anew for each
// session, and a build system would take their headers (pybind11's, numpy's, Python's own) for newer than the objects that were compiled
// with them. What they hold is in the key.
func (s *Staged) settleTimes() error {
	if s.kept == nil {
		return nil
	}
	for _, place := range []string{walls.Environment, walls.Python} {
		err := filepath.WalkDir(s.Room.Outside(place), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			return os.Chtimes(path, s.time, s.time)
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("settle times: %w", err)
		}
	}
	return nil
}
