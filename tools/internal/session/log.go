package session

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
)

// record is the session's log: what was built with what, each hook with what it printed, and how it ended. It holds no time and
// no path of the machine that a hook did not print: the log is an output of an action.
type record struct {
	parts []io.WriterTo
}

func (r *record) add(part io.WriterTo) { r.parts = append(r.parts, part) }

func (r *record) printf(format string, args ...any) {
	r.add(strings.NewReader(fmt.Sprintf(format, args...)))
}

// write writes the log; without a path there is none.
func (r *record) write(path string) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	for _, part := range r.parts {
		if _, err := part.WriteTo(file); err != nil {
			file.Close()
			return fmt.Errorf("write log: %w", err)
		}
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	return nil
}

// describe writes what the session is made of.
func (s *Staged) describe(r *record) {
	c := s.config
	line := func(name, format string, args ...any) { r.printf("%-14s %s\n", name, fmt.Sprintf(format, args...)) }
	line("target", "%s", c.Label)
	system := s.Project.BuildSystem
	line("backend", "%s", system.Backend)
	if len(system.BackendPath) > 0 {
		line("backend-path", "%s", strings.Join(system.BackendPath, " "))
	}
	kind := "system interpreter"
	if c.InterpreterArchive != "" {
		kind = "in-build interpreter"
	}
	line("python", "%s (%s)", s.Info.Interpreter.Version, kind)
	var names []string
	for _, d := range s.Info.Distributions {
		names = append(names, d.Name+" "+d.Version)
	}
	line("environment", "%s", orNone(names, ", "))
	if c.HostSitePackages {
		line("warning", "%s", hostPackages)
	}
	for _, override := range s.overrides.Lines() {
		line("override", "%s", override)
	}
	for _, change := range s.patched {
		line("patch", "%s", change)
	}
	line("walls", "%s", c.Walls)
	compilers := "none: " + noToolchain
	if c.Compilers.declared() {
		compilers = fmt.Sprintf("cc = %s, c++ = %s", c.Compilers.CC, c.Compilers.CXX)
	}
	line("compilers", "%s", compilers)
	var settings []string
	for _, setting := range c.Settings {
		settings = append(settings, setting.Key+"="+setting.Value)
	}
	line("settings", "%s", orNone(settings, " "))
	line("variables", "%s", orNone(c.Env, " "))
	line("cache", "%s", s.describeCache())
	if program := c.Compilers.Cache; program != "" {
		if _, why := s.compilerCache(); why != "" {
			program = "not used: " + why
		}
		line("ccache", "%s", program)
	}
	for _, text := range s.mapped {
		line("cache mapping", "%s", text)
	}
	for _, warning := range s.Info.Warnings {
		line("warning", "%s", warning)
	}
	for _, warning := range s.Warnings {
		line("warning", "%s", warningText(warning))
	}
}

func orNone(items []string, separator string) string {
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(items, separator)
}

// section is one hook's part of the log. What the hook printed is looked at when the log is written.
type section struct {
	title  string
	output *capture
	ended  string
}

func (s section) WriteTo(w io.Writer) (int64, error) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "\n== %s ==\n", s.title)
	_, _ = s.output.WriteTo(&text)
	if !bytes.HasSuffix(text.Bytes(), []byte("\n")) {
		text.WriteByte('\n')
	}
	fmt.Fprintf(&text, "== %s ==\n", s.ended)
	return text.WriteTo(w)
}
