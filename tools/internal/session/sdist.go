package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// RunSdist runs a session that builds an sdist from a source tree: get_requires_for_build_sdist and build_sdist, between the
// same checks as Run. The sdist is unpacked as one from elsewhere would be, checked, and packed anew.
func RunSdist(ctx context.Context, config *Config) (Result, error) {
	return run(ctx, config, (*Staged).buildSdist, hook.GetRequiresSdist, hook.BuildSdist)
}

// sdistDir is the directory below the room's output that build_sdist writes to.
const sdistDir = "sdist"

func (s *Staged) buildSdist(ctx context.Context, log *record, calls *calls, result *Result) error {
	if err := calls.requires(ctx); err != nil {
		return err
	}
	output := calls.outputs[calls.next]
	response, err := calls.call(ctx, sdistDir)
	if err != nil {
		return err
	}
	// From here on nothing of the backend runs.
	if err := calls.finish(); err != nil {
		return err
	}
	if response.Kind == hook.MissingHook {
		return s.missingHook(response, output)
	}
	backend := s.Project.BuildSystem.Backend
	made, err := s.findOutput(sdistDir, response.Name, "an sdist", ".tar.gz")
	if err != nil {
		return s.failure(fmt.Sprintf("build_sdist of %s: %v", backend, err), output)
	}
	result.Name = response.Name
	if err := s.checkFileName("sdist", result.Name); err != nil {
		return err
	}
	notes, err := s.deliverSdist(ctx, made, result)
	if err != nil {
		return s.failure(fmt.Sprintf("build_sdist of %s made an sdist that is not right\n%v", backend, err), output)
	}
	for _, note := range notes {
		log.printf("note: %s\n", note)
	}
	return nil
}

// deliverSdist unpacks, checks and packs the sdist. It returns what could be better, and is no error.
func (s *Staged) deliverSdist(ctx context.Context, made string, result *Result) ([]string, error) {
	defer s.clock("deliver")()
	dir, err := os.MkdirTemp("", "sdist-")
	if err != nil {
		return nil, fmt.Errorf("unpack sdist: %w", err)
	}
	defer os.RemoveAll(dir)
	top, err := sdist.Unpack(ctx, made, dir, sdist.Options{Time: s.time})
	if err != nil {
		return nil, err
	}
	notes, err := sdist.Check(filepath.Join(dir, top), result.Name, s.Project.BuildSystem.Declared)
	if err != nil {
		return nil, err
	}
	if err := s.place(result); err != nil {
		return nil, err
	}
	return notes, sdist.Pack(ctx, dir, top, result.File, s.time)
}

// sdistDifferences says where metadata break the promise of the sdist's PKG-INFO (SDIST-3). Where that is a warning, the
// result has it.
func (s *Staged) sdistDifferences(pkgInfo *metadata.Metadata, fields metadata.Metadata, result *Result) []string {
	if pkgInfo == nil {
		return nil
	}
	var problems []string
	for _, difference := range metadata.Differences(*pkgInfo, fields) {
		problems = append(problems, difference.String())
	}
	if s.config.SdistMetadata == project.AsWarning {
		result.Warnings = append(result.Warnings, problems...)
		return nil
	}
	return problems
}

// warnOfSdist is what becomes of differences between PKG-INFO and a wheel where they are no error.
func (s *Staged) warnOfSdist(file string, pkgInfo *metadata.Metadata, result *Result) error {
	if s.config.SdistMetadata == project.AsError || pkgInfo == nil {
		return nil
	}
	opened, err := wheel.Open(file)
	if err != nil {
		return err
	}
	defer opened.Close()
	s.sdistDifferences(pkgInfo, opened.Metadata, result)
	return nil
}
