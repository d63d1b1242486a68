package adapter

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// undeclared finds a changed file that a command of Ninja's names and that is no declared input of what the command makes: a generator's
// script, which CMake does not add to the dependencies of add_custom_command. Ninja would not run it again (CACHE-6). What a script reads
// beside that, and nobody declares, is not found.
func undeclared(told Told) (string, error) {
	text, err := told.Cache.ReadFile(directory + "/build.ninja")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read build.ninja: %w", err)
	}
	statement := ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "build ") {
			_, statement, _ = strings.Cut(line, ": ")
		}
		command, ok := strings.CutPrefix(line, "  COMMAND = ")
		if !ok {
			continue
		}
		for _, changed := range told.Changed {
			if name := path.Base(changed); strings.Contains(command, name) && !strings.Contains(statement, name) {
				return changed, nil
			}
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("read build.ninja: %w", err)
	}
	return "", nil
}
