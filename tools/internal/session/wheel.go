package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// Run runs a session that builds a wheel: it stages, checks the static requirements, calls get_requires_for_build_wheel,
// checks what that asks for, calls build_wheel, checks and normalises the result. The log is written in any case.
func Run(ctx context.Context, config *Config) (Result, error) {
	return run(ctx, config, (*Staged).build, hook.GetRequiresWheel, hook.BuildWheel)
}

// wheelDir is the directory below the room's output that build_wheel writes to.
const wheelDir = "wheel"

func (s *Staged) build(ctx context.Context, _ *record, calls *calls, result *Result) error {
	pkgInfo, err := s.pkgInfo()
	if err != nil {
		return err
	}
	if err := calls.requires(ctx); err != nil {
		return err
	}
	output := calls.outputs[calls.next]
	made, err := s.callBuildWheel(ctx, calls, result)
	if err != nil {
		return err
	}
	if err := s.deliver(ctx, made, pkgInfo, output, result); err != nil {
		return err
	}
	if warning := swallowedError(result.Name, output); warning != "" {
		result.Warnings = append(result.Warnings, warning)
	}
	return nil
}

// callBuildWheel calls build_wheel, the last hook of a session, and returns where the wheel is, which is not checked yet.
func (s *Staged) callBuildWheel(ctx context.Context, calls *calls, result *Result) (string, error) {
	output := calls.outputs[calls.next]
	response, err := calls.call(ctx, wheelDir)
	if err != nil {
		return "", err
	}
	// From here on nothing of the backend runs.
	if err := calls.finish(); err != nil {
		return "", err
	}
	if response.Kind == hook.MissingHook {
		return "", s.missingHook(response, output)
	}
	made, err := s.findOutput(wheelDir, response.Name, "a wheel", ".whl")
	if err != nil {
		return "", s.failure(fmt.Sprintf("build_wheel of %s: %v", s.Project.BuildSystem.Backend, err), output)
	}
	result.Name = response.Name
	return made, nil
}

// missingHook is the error for a backend without a hook that every backend has to have.
func (s *Staged) missingHook(response hook.Response, output *capture) error {
	return s.failure(response.Ended(s.Project.BuildSystem.Backend), output,
		"build-backend has to name a module or an object that has it: every backend has to (PEP 517)")
}

// checkWheel holds the wheel against its own metadata, the platform, the sdist and the user's expectation (HOOK-6,
// HOOK-7, SDIST-3).
func (s *Staged) checkWheel(ctx context.Context, file string, pkgInfo *metadata.Metadata, output *capture, result *Result) error {
	defer s.clock("check wheel")()
	options := wheel.CheckOptions{
		Tags:             s.Info.Interpreter.Tags(),
		NativeExtensions: s.config.NativeExtensions,
		CompilerLog:      output.text(),
	}
	if s.config.SdistMetadata == project.AsError {
		options.PKGInfo = pkgInfo
	}
	err := wheel.Check(ctx, file, options)
	if err == nil {
		return s.warnOfSdist(file, pkgInfo, result)
	}
	failure := s.failure(fmt.Sprintf("build_wheel of %s made a wheel that is not right\n%v", s.Project.BuildSystem.Backend, err), output)
	var found *wheel.CheckError
	if errors.As(err, &found) && found.CompilerLog != "" {
		failure.Output = "" // the error has it
		failure.Fixes = append(s.fixes(hook.Response{}, output.text()), failure.Fixes...)
	}
	return failure
}

// deliver writes the outputs. The wheel is normalised while it is checked, and stays only if it is right.
func (s *Staged) deliver(ctx context.Context, made string, pkgInfo *metadata.Metadata, output *capture, result *Result) error {
	defer s.clock("deliver")()
	c := s.config
	if err := s.place(result); err != nil {
		return err
	}
	normalised := make(chan error, 1)
	go func() { normalised <- wheel.Normalise(ctx, made, result.File, wheel.NormaliseOptions{Time: s.time}) }()
	err := s.checkWheel(ctx, made, pkgInfo, output, result)
	if err == nil {
		err = s.checkFileName("wheel", result.Name)
	}
	if normaliseErr := <-normalised; err == nil {
		err = normaliseErr
	}
	if err == nil && c.Metadata != "" {
		err = extractMetadata(result.File, c.Metadata)
	}
	if err != nil {
		os.Remove(result.File)
	}
	return err
}

// extractMetadata copies a wheel's .dist-info, with that directory's name, into dir.
func extractMetadata(file, dir string) error {
	opened, err := wheel.Open(file)
	if err != nil {
		return err
	}
	defer opened.Close()
	for _, member := range opened.Files {
		if !strings.HasPrefix(member.Name, opened.DistInfo+"/") {
			continue
		}
		if err := extractFile(member, filepath.Join(dir, filepath.FromSlash(member.Name))); err != nil {
			return fmt.Errorf("write metadata: %w", err)
		}
	}
	return nil
}

func extractFile(member *wheel.File, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := member.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// compilerError is how compilers and linkers, and the errors that distutils makes of them, look.
var compilerError = regexp.MustCompile(`(?m)^\S+:\d+:(?:\d+:)? (?:fatal )?error: .*|` +
	`^(?:\S*gcc|\S*g\+\+|cc1\w*|clang\S*|collect2|\S*ld[.\w]*): (?:fatal )?error: .*|^error: command '.*' failed.*|` + regexp.QuoteMeta(noToolchain))

// swallowedError says that a compiler failed and the wheel is pure: many projects go on without their extension (HOOK-7).
func swallowedError(name string, output *capture) string {
	if !strings.HasSuffix(name, "-none-any.whl") {
		return ""
	}
	found := compilerError.FindString(output.text())
	if found == "" {
		return ""
	}
	return fmt.Sprintf("a compiler failed (%q) and the wheel is pure Python; the log has all of it, and native_extensions = \"required\" makes it an error", strings.TrimSpace(found))
}
