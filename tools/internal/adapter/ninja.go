package adapter

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strconv"
	"strings"
	"time"
)

// command is one that a build system runs to make files.
type command struct {
	// outputs are what it makes, as the build system names them.
	outputs []string
	// inputs are the names of what it is known to read, and text is everything else that is said of it: its command line, or parts of that.
	inputs, text string
	// generator says that it runs a program of the project's own choice, of which nobody knows what it reads beside its inputs. A compiler, or a
	// program with a depfile, says so itself.
	generator bool
}

// ninja reads the commands of the last build from what Meson, or CMake, wrote for Ninja; nil if it was for another build system.
func (t Told) ninja() ([]command, error) {
	text, err := t.kept("build.ninja")
	if err != nil || text == "" {
		return nil, err
	}
	rules, err := t.kept("CMakeFiles/rules.ninja")
	if err != nil {
		return nil, err
	}
	return parseNinja(rules + "\n" + text), nil
}

// kept is the text of a file of the kept build directory; empty if there is none.
func (t Told) kept(name string) (string, error) {
	text, err := t.Cache.ReadFile(directory + "/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what the last build left: %w", err)
	}
	return string(text), nil
}

// ninjaLog yields what Ninja has made, with the time that it remembers of it: https://ninja-build.org/manual.html#ref_log. It has a line for each command
// that succeeded, so nothing of one that was killed. Of another build system there is none.
func (t Told) ninjaLog() iter.Seq2[string, time.Time] {
	log, _ := t.Cache.ReadFile(directory + "/.ninja_log")
	return func(yield func(string, time.Time) bool) {
		for line := range strings.Lines(string(log)) {
			fields := strings.Split(line, "\t") // start, end, time, name, hash
			if len(fields) != 5 {
				continue
			}
			at, _ := strconv.ParseInt(fields[2], 10, 64)
			if !yield(fields[3], time.Unix(0, at)) {
				return
			}
		}
	}
}

// customCommand begins the names of the rules that Meson and CMake have for commands of a project.
const customCommand = "CUSTOM_COMMAND"

// parseNinja reads build statements: https://ninja-build.org/manual.html#ref_ninja_file
func parseNinja(text string) (commands []command) {
	type statement struct {
		command
		rule  string
		lists bool // has a depfile
	}
	var statements []statement
	lists := map[string]bool{}                     // rules that have one
	makesNothing := map[string]bool{"phony": true} // rules of aliases, and those that configure
	rule, inRule := "", false
	for line := range strings.Lines(strings.ReplaceAll(text, "$\n", "")) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "rule "):
			rule, inRule = strings.TrimSpace(line[len("rule "):]), true
		case strings.HasPrefix(line, "build "):
			outputs, rest, _ := strings.Cut(line[len("build "):], ": ")
			name, inputs, _ := strings.Cut(rest, " ")
			statements = append(statements, statement{command: command{outputs: ninjaPaths(outputs), inputs: inputs}, rule: name})
			inRule = false
		case strings.HasPrefix(line, " "):
			setting := strings.TrimLeft(line, " ")
			depfile := strings.HasPrefix(setting, "depfile ")
			if inRule && strings.HasPrefix(setting, "generator ") {
				makesNothing[rule] = true
			}
			if inRule {
				lists[rule] = lists[rule] || depfile
			} else if last := len(statements) - 1; last >= 0 {
				statements[last].text += line + "\n"
				statements[last].lists = statements[last].lists || depfile
			}
		}
	}
	for _, s := range statements {
		if makesNothing[s.rule] {
			continue
		}
		s.generator = strings.HasPrefix(s.rule, customCommand) && !s.lists && !lists[s.rule]
		commands = append(commands, s.command)
	}
	return commands
}

// ninjaPaths splits a list of paths, in which $ quotes.
func ninjaPaths(text string) (paths []string) {
	const quoted = "\x00"
	for _, path := range strings.Fields(strings.NewReplacer("$ ", quoted, "$:", ":", "$$", "$").Replace(text)) {
		if path != "|" {
			paths = append(paths, strings.ReplaceAll(path, quoted, " "))
		}
	}
	return paths
}
