package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// shellDir is where the room of a shell has what its program "hook" needs. Hooks of a build have no such directory.
const shellDir = walls.Base + "/shell"

// hookProgram is "hook", which calls one hook as a build does.
//
//go:embed verb_shell.sh
var hookProgram string

// shellHooks are the hooks that a person can call.
var shellHooks = []hook.Name{
	hook.GetRequiresWheel, hook.GetRequiresSdist, hook.GetRequiresEditable, hook.PrepareMetadataWheel, hook.PrepareMetadataEditable,
	hook.BuildWheel, hook.BuildSdist, hook.BuildEditable,
}

// runShell opens the room of a wheel's session for a person: `shell FLAG… [-- COMMAND…]`, with the flags of the verb wheel, of which those
// for outputs mean nothing here.
func runShell(ctx context.Context, args []string, std Streams) error {
	config := &session.Config{}
	flags := newFlags("shell", "Opens the room of a wheel's build for a person: the same walls, environment, source copy and variables.\n"+
		"Without a command after \"--\" it starts a shell, which reads commands from standard input if that is no terminal.", std)
	addSessionFlags(flags, config)
	addWheelFlags(flags, config)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	inside, err := walls.Reenter(ctx, config.Walls)
	if err != nil || !inside {
		return labelled(config.Label, err)
	}
	staged, err := session.Prepare(ctx, config)
	if err != nil {
		return labelled(config.Label, err)
	}
	code, err := shell(ctx, staged, config, flags.Args(), std)
	if hosts := staged.Room.Network(); len(hosts) > 0 {
		fmt.Fprintf(std.Err, "%s: the network was asked for %s; a build has none.\n", config.Label, strings.Join(hosts, ", "))
	}
	if err = errors.Join(err, staged.Room.Close()); err != nil {
		return labelled(config.Label, err)
	}
	if code != 0 {
		return &walls.ExitError{Code: code}
	}
	return nil
}

// shell runs the command, or an interactive shell, and returns its exit code.
func shell(ctx context.Context, s *session.Staged, config *session.Config, words []string, std Streams) (int, error) {
	if err := addHookProgram(ctx, s, config); err != nil {
		return 0, fmt.Errorf("prepare the shell: %w", err)
	}
	tools := s.Room.Inside(walls.Tools)
	command := walls.Command{
		Path: tools + "/sh", Dir: s.Source, Env: s.Env,
		Stdin: std.In, Stdout: std.Out, Stderr: std.Err,
	}
	file, isFile := std.In.(*os.File)
	command.Terminal = isFile && walls.IsTerminal(file)
	if command.Terminal {
		command.Env = append(command.Env, "TERM="+os.Getenv("TERM"))
	}
	switch {
	case len(words) > 0:
		// The room's own PATH finds the program.
		command.Args = append([]string{"-c", `exec "$@"`, "sh"}, words...)
	case command.Terminal:
		command.Env = append(command.Env, "PS1="+config.Label+` \w\$ `)
		if _, err := os.Lstat(s.Room.Outside(walls.Tools) + "/bash"); err == nil {
			command.Path, command.Args = tools+"/bash", []string{"--noprofile", "--norc", "-i"}
		}
		banner(std.Err, s, config)
	}
	err := s.Room.Run(ctx, command)
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return 0, err
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return ended.ExitCode(), nil
}

// banner says where things are.
func banner(w io.Writer, s *session.Staged, config *session.Config) {
	fmt.Fprintf(w, "%s: the room of its build (walls: %s). What is changed here vanishes with this shell.\n", config.Label, s.Room.Kind())
	for _, line := range []struct{ what, where string }{
		{"source copy", s.Source},
		{"environment", s.Room.Inside(walls.Environment)},
		{"compilers", s.Room.Inside(walls.Compilers)},
		{"tools", s.Room.Inside(walls.Tools)},
		{"what hooks write", s.Room.Inside(walls.Output)},
		{"cache_directory", s.Room.Inside(walls.Cache)},
	} {
		fmt.Fprintf(w, "  %-17s %s\n", line.what, line.where)
	}
	fmt.Fprintf(w, "\"hook build_wheel\" calls a hook as the build does, \"hook\" lists them; breakpoint() works. \"exit\" leaves.\n")
}

// addHookProgram puts "hook" on PATH, with the requests that it sends.
func addHookProgram(ctx context.Context, s *session.Staged, config *session.Config) error {
	dir := s.Room.Outside(shellDir)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, name := range shellHooks {
		output := walls.Output + "/" + string(name)
		if err := os.Mkdir(s.Room.Outside(output), 0o755); err != nil {
			return err
		}
		capture := &hookCapture{}
		// Call builds the request, and the capture takes it in the place of an interpreter.
		_, _ = hook.Call(ctx, capture, hook.Request{
			Hook: name, Backend: s.Project.BuildSystem.Backend, BackendPath: s.Project.BuildSystem.BackendPath,
			Python: s.Python, Source: s.Source, Env: s.Env, Settings: s.Settings, Directory: s.Room.Inside(output),
			CacheDirectory: s.Room.Inside(walls.Cache), Output: io.Discard,
		})
		if capture.err != nil || len(capture.args) != 2 {
			return fmt.Errorf("request of %s: %w", name, capture.err)
		}
		for file, data := range map[string][]byte{string(name) + ".json": capture.request, "caller.py": []byte(capture.args[1])} {
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
				return err
			}
		}
	}
	program := strings.NewReplacer("@SHELL@", s.Room.Inside(shellDir), "@SOURCE@", s.Source, "@PYTHON@", s.Python).Replace(hookProgram)
	return os.WriteFile(s.Room.Outside(walls.Tools)+"/hook", []byte("#!"+s.Room.Inside(walls.Tools)+"/sh\n"+program), 0o755)
}

// hookCapture is a runner that keeps what it should run.
type hookCapture struct {
	args    []string
	request []byte
	err     error
}

func (c *hookCapture) Run(_ context.Context, p hook.Process) (hook.Exit, error) {
	c.args = p.Args
	c.request, c.err = io.ReadAll(p.ExtraFiles[0])
	return hook.Exit{}, c.err
}
