package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// Result is what a session made.
type Result struct {
	// Wheel is where the wheel is, and Name its file name.
	Wheel string
	Name  string
	// Warnings are for people, one line each.
	Warnings []string
}

// Run runs a session that builds a wheel: it stages, checks the static requirements, calls get_requires_for_build_wheel,
// checks what that asks for, calls build_wheel, checks and normalises the result. The log is written in any case.
func Run(ctx context.Context, config *Config) (result Result, err error) {
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
		calls, callsErr = startCalls(ctx, s, log, hook.GetRequiresWheel, hook.BuildWheel)
	})
	defer func() { staged.end(log, calls) }()
	if err := errors.Join(err, callsErr); err != nil {
		return Result{}, err
	}
	for _, warning := range staged.Warnings {
		result.Warnings = append(result.Warnings, warningText(warning))
	}
	staged.describe(log)
	if err := staged.build(ctx, log, calls, &result); err != nil {
		return Result{}, err
	}
	if hosts := staged.Room.Network(); len(hosts) > 0 {
		log.printf("%s\n", networkNote(hosts))
	}
	log.printf("\nmade %s\n", result.Name)
	return result, nil
}

// end ends what runs, and removes the room. Neither can make a wheel wrong that was delivered.
func (s *Staged) end(log *record, calls *calls) {
	if s == nil || s.Room == nil {
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

// wheelDir is the directory below the room's output that build_wheel writes to.
const wheelDir = "wheel"

func (s *Staged) build(ctx context.Context, log *record, calls *calls, result *Result) error {
	if err := s.checkStatic(); err != nil {
		return err
	}
	pkgInfo, err := s.pkgInfo()
	if err != nil {
		return err
	}
	if err := calls.sequence.Plan(s.request("")); err != nil {
		return err
	}
	response, err := calls.call(ctx, "")
	if err != nil {
		return err
	}
	// A backend without this hook asks for nothing (PEP 517).
	if err := s.checkDynamic(string(hook.GetRequiresWheel), response.Requires); err != nil {
		return err
	}
	response, err = calls.call(ctx, wheelDir)
	if err != nil {
		return err
	}
	// From here on nothing of the backend runs.
	if err := calls.close(); err != nil {
		return err
	}
	output := calls.outputs[1]
	if response.Kind == hook.MissingHook {
		return s.failure(response.Ended(s.Project.BuildSystem.Backend), output,
			"build-backend has to name a module or an object that has it: every backend has to (PEP 517)")
	}
	made, err := s.findWheel(response.Name)
	if err != nil {
		return s.failure(fmt.Sprintf("build_wheel of %s: %v", s.Project.BuildSystem.Backend, err), output)
	}
	result.Name = response.Name
	if err := s.deliver(ctx, made, pkgInfo, output, result); err != nil {
		return err
	}
	if warning := swallowedError(response.Name, output); warning != "" {
		log.printf("warning: %s\n", warning)
		result.Warnings = append(result.Warnings, warning)
	}
	return nil
}

// findWheel checks what build_wheel returned: the name of a regular file in its directory. The helper follows no link
// that a hook has made.
func (s *Staged) findWheel(name string) (string, error) {
	dir := s.Room.Outside(path.Join(walls.Output, wheelDir))
	if info, err := os.Lstat(dir); err != nil {
		return "", fmt.Errorf("its wheel_directory is gone: %w", err)
	} else if !info.IsDir() {
		return "", errors.New("its wheel_directory is not a directory any more")
	}
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
		return "", fmt.Errorf("it returned %q, expected the base name of a file in wheel_directory", name)
	}
	if !strings.HasSuffix(name, ".whl") {
		return "", fmt.Errorf("it returned %q, which is not the name of a wheel (*.whl)", name)
	}
	file := filepath.Join(dir, name)
	info, err := os.Lstat(file)
	switch {
	case err != nil:
		return "", fmt.Errorf("it returned %q, but wheel_directory holds %s", name, contents(dir))
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("it returned %q, which is no regular file but %s", name, info.Mode().Type())
	}
	return file, nil
}

func contents(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return "nothing"
	}
	var names []string
	for _, entry := range entries {
		names = append(names, fmt.Sprintf("%q", entry.Name()))
	}
	return strings.Join(names, ", ")
}

// checkWheel holds the wheel against its own metadata, the platform, the sdist and the user's expectation (HOOK-6,
// HOOK-7, SDIST-3).
func (s *Staged) checkWheel(ctx context.Context, file string, pkgInfo *metadata.Metadata, output *capture) error {
	defer s.clock("check wheel")()
	options := wheel.CheckOptions{
		Tags:             s.Info.Interpreter.Tags(),
		NativeExtensions: s.config.NativeExtensions,
		CompilerLog:      output.text(),
		PKGInfo:          pkgInfo,
	}
	err := wheel.Check(ctx, file, options)
	if err == nil {
		return nil
	}
	failure := s.failure(fmt.Sprintf("build_wheel of %s made a wheel that is not right\n%v", s.Project.BuildSystem.Backend, err), output)
	var found *wheel.CheckError
	if errors.As(err, &found) && found.CompilerLog != "" {
		failure.Output = "" // the error has it
		failure.Fixes = append(s.fixes(hook.Response{}, output.text()), failure.Fixes...)
	}
	return failure
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

// deliver writes the outputs. The wheel is normalised while it is checked, and stays only if it is right.
func (s *Staged) deliver(ctx context.Context, made string, pkgInfo *metadata.Metadata, output *capture, result *Result) error {
	defer s.clock("deliver")()
	c := s.config
	result.Wheel = c.OutputFile
	if c.OutputFile == "" {
		if err := os.MkdirAll(c.Output, 0o755); err != nil {
			return fmt.Errorf("make output directory: %w", err)
		}
		result.Wheel = filepath.Join(c.Output, result.Name)
	}
	normalised := make(chan error, 1)
	go func() { normalised <- wheel.Normalise(ctx, made, result.Wheel, wheel.NormaliseOptions{Time: s.time}) }()
	err := s.checkWheel(ctx, made, pkgInfo, output)
	if err == nil && c.OutputFile != "" && c.FileName != result.Name {
		err = fmt.Errorf("the wheel is %s, and file_name says %s\n%s", result.Name, c.FileName,
			possibleFixes([]string{fmt.Sprintf("file_name = %q", result.Name), "leave file_name out: the output is a directory with the wheel under its own name"}))
	}
	if normaliseErr := <-normalised; err == nil {
		err = normaliseErr
	}
	if err == nil && c.Metadata != "" {
		err = extractMetadata(result.Wheel, c.Metadata)
	}
	if err != nil {
		os.Remove(result.Wheel)
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

func warningText(w project.Warning) string {
	return fmt.Sprintf("%s:%d:%d: %s", w.File, w.Line, w.Column, w.Message)
}
