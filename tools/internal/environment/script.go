package environment

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// shebang is how every script that an environment's archive holds begins.
const shebang = "#!" + Path + "/bin/python"

// maxShebang is how long a first line may be. Linux reads 255 bytes of it since 5.1 and 127 before.
const maxShebang = 127

// moveScripts makes the scripts of a bin directory start with another interpreter.
func moveScripts(bin, python string) error {
	entries, err := os.ReadDir(bin)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		if err := moveScript(filepath.Join(bin, entry.Name()), python); err != nil {
			return fmt.Errorf("script %s: %w", entry.Name(), err)
		}
	}
	return nil
}

// moveScript rewrites one file, if it is one of the environment's own scripts. Others (cmake, ninja) are only
// looked at.
func moveScript(path, python string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if os.IsPermission(err) {
		return nil // a data file without write permission is not a script that an installer made
	}
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, len(shebang)+1)
	n, _ := file.ReadAt(head, 0)
	if rest, ok := bytes.CutPrefix(head[:n], []byte(shebang)); !ok || !bytes.ContainsAny(rest, " \n\r") {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	line, body, _ := bytes.Cut(content, []byte("\n"))
	arguments := strings.TrimSpace(string(line[len(shebang):]))
	first, err := firstLines(python, arguments)
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(append([]byte(first), body...), 0)
	return err
}

// firstLines starts a script with an interpreter of any path. A path that is too long for a first line, or has a
// space in it, is started by sh; to Python these two lines are a string.
func firstLines(python, arguments string) (string, error) {
	line := "#!" + python
	if arguments != "" {
		line += " " + arguments
		arguments += " "
	}
	if len(line) <= maxShebang && !strings.ContainsAny(python, " \t\n") {
		return line + "\n", nil
	}
	if strings.ContainsAny(python, "\"\\$`\n\r") || strings.Contains(python, "'''") {
		return "", fmt.Errorf("the path %q has a character that sh or Python would interpret; use another temporary directory (TMPDIR)", python)
	}
	return "#!/bin/sh\n'''exec' \"" + python + "\" " + arguments + "\"$0\" \"$@\"\n' '''\n", nil
}

// entryPointScript is the script of a command, in the words that pip uses.
func entryPointScript(point wheel.EntryPoint) []byte {
	object, _, _ := strings.Cut(point.Attribute, ".")
	return fmt.Appendf(nil, `%s
# -*- coding: utf-8 -*-
import re
import sys
from %s import %s
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\.pyw|\.exe)?$', '', sys.argv[0])
    sys.exit(%s())
`, shebang, point.Module, object, point.Attribute)
}

// fixScript replaces the first line of a data script that leaves its interpreter to the installer: "#!python" or
// "#!pythonw", with arguments or without.
func fixScript(content []byte) []byte {
	line, body, found := bytes.Cut(content, []byte("\n"))
	rest, ok := bytes.CutPrefix(line, []byte("#!python"))
	if !ok {
		return content
	}
	rest = bytes.TrimRight(bytes.TrimPrefix(rest, []byte("w")), "\r \t")
	if len(rest) > 0 && rest[0] != ' ' && rest[0] != '\t' {
		return content // "#!python3": not what the specification names
	}
	fixed := append([]byte(shebang), rest...)
	if found {
		fixed = append(append(fixed, '\n'), body...)
	}
	return fixed
}
