package session

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// RunMetadata runs a session that finds out a wheel's metadata (HOOK-3): prepare_metadata_for_build_wheel if the backend has
// it and says all, else build_wheel, whose wheel is checked, and gives nothing but its .dist-info.
func RunMetadata(ctx context.Context, config *Config) (Result, error) {
	return run(ctx, config, (*Staged).buildMetadata, hook.GetRequiresWheel, hook.PrepareMetadataWheel, hook.BuildWheel)
}

// metadataDir is the directory below the room's output that prepare_metadata_for_build_wheel writes to.
const metadataDir = "metadata"

func (s *Staged) buildMetadata(ctx context.Context, log *record, calls *calls, result *Result) error {
	pkgInfo, err := s.pkgInfo()
	if err != nil {
		return err
	}
	if err := calls.requires(ctx); err != nil {
		return err
	}
	output := calls.outputs[calls.next]
	response, err := calls.call(ctx, metadataDir)
	if err != nil {
		return err
	}
	var info wheel.DistInfo
	if response.Kind == hook.MissingHook || s.lacksEntryPoints(log, calls, response.Name) {
		info, err = s.metadataOfWheel(ctx, calls, pkgInfo, result)
	} else {
		// The interpreter of the hook that is not called goes too.
		if err := calls.finish(); err != nil {
			return err
		}
		result.Name = response.Name
		if info, err = s.preparedMetadata(response.Name, pkgInfo, result); err != nil {
			err = s.failure(fmt.Sprintf("%s of %s: %v", response.Hook, s.Project.BuildSystem.Backend, err), output)
		}
	}
	if err != nil {
		return err
	}
	return s.deliverMetadata(info)
}

// lacksEntryPoints says that [project] declares entry points and the hook has not written them: hatchling's writes METADATA
// and nothing else. Only the wheel has them then, and build_wheel gets the directory as it is (PEP 517).
func (s *Staged) lacksEntryPoints(log *record, calls *calls, name string) bool {
	if !s.Project.EntryPoints || s.checkOutput(metadataDir, name, "directory") != nil {
		return false
	}
	place := path.Join(walls.Output, metadataDir, name)
	if _, err := os.Lstat(s.Room.Outside(path.Join(place, "entry_points.txt"))); !os.IsNotExist(err) {
		return false
	}
	if stat, err := os.Lstat(s.Room.Outside(place)); err != nil || !stat.IsDir() {
		return false
	}
	log.printf("note: %s wrote no entry_points.txt, and [project] declares entry points: the wheel is built for them\n", hook.PrepareMetadataWheel)
	calls.metadata = s.Room.Inside(place)
	return true
}

// metadataOfWheel builds the wheel, for its metadata.
func (s *Staged) metadataOfWheel(ctx context.Context, calls *calls, pkgInfo *metadata.Metadata, result *Result) (wheel.DistInfo, error) {
	output := calls.outputs[calls.next]
	made, err := s.callBuildWheel(ctx, calls, result)
	if err != nil {
		return nil, err
	}
	if err := s.checkWheel(ctx, made, pkgInfo, output, result); err != nil {
		return nil, err
	}
	opened, err := wheel.Open(made)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	result.Name = opened.DistInfo
	return opened.ReadDistInfo()
}

// preparedMetadata reads and checks what prepare_metadata_for_build_wheel wrote.
func (s *Staged) preparedMetadata(name string, pkgInfo *metadata.Metadata, result *Result) (wheel.DistInfo, error) {
	if err := s.checkOutput(metadataDir, name, "directory"); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".dist-info") {
		return nil, fmt.Errorf("it returned %q, which is not the name of a directory *.dist-info", name)
	}
	dir := s.Room.Outside(path.Join(walls.Output, metadataDir, name))
	if stat, err := os.Lstat(dir); err != nil || !stat.IsDir() {
		return nil, fmt.Errorf("it returned %q, but metadata_directory holds no such directory", name)
	}
	info, err := wheel.ReadDistInfo(dir, false)
	if err != nil {
		return nil, err
	}
	fields, err := info.Check(name)
	if err != nil {
		return nil, err
	}
	problems := s.sdistDifferences(pkgInfo, fields, result)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s/METADATA: %s", name, strings.Join(problems, "\n  - "))
	}
	return info, nil
}

// deliverMetadata writes the outputs.
func (s *Staged) deliverMetadata(info wheel.DistInfo) error {
	fields, err := metadata.Parse(info.Metadata())
	if err != nil {
		return err
	}
	var requirements strings.Builder
	for _, line := range fields.RequiresDist() {
		// A folded line is one requirement all the same.
		fmt.Fprintln(&requirements, strings.Join(strings.Fields(line), " "))
	}
	for file, data := range map[string][]byte{
		s.config.MetadataFile: info.Metadata(), s.config.EntryPoints: info.EntryPoints(), s.config.Requirements: []byte(requirements.String()),
	} {
		if file == "" {
			continue
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return fmt.Errorf("write metadata: %w", err)
		}
	}
	return info.Write(s.config.Output)
}
