package session

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// findOutput checks what a build hook returned: the name of a regular file in its directory, kind with the ending. PEP 517
// calls the directory by what it is for: wheel_directory. The helper follows no link that a hook has made.
func (s *Staged) findOutput(outputDir, name, kind, ending string) (string, error) {
	argument := outputDir + "_directory"
	dir := s.Room.Outside(path.Join(walls.Output, outputDir))
	if err := s.checkOutput(outputDir, name, "file"); err != nil {
		return "", err
	}
	if !strings.HasSuffix(name, ending) {
		return "", fmt.Errorf("it returned %q, which is not the name of %s (*%s)", name, kind, ending)
	}
	file := filepath.Join(dir, name)
	info, err := os.Lstat(file)
	switch {
	case err != nil:
		return "", fmt.Errorf("it returned %q, but %s holds %s", name, argument, contents(dir))
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("it returned %q, which is no regular file but %s", name, info.Mode().Type())
	}
	return file, nil
}

// checkOutput checks that a hook's directory is still one, and that the name that it returned can be one in it.
func (s *Staged) checkOutput(outputDir, name, kind string) error {
	argument := outputDir + "_directory"
	if info, err := os.Lstat(s.Room.Outside(path.Join(walls.Output, outputDir))); err != nil {
		return fmt.Errorf("its %s is gone: %w", argument, err)
	} else if !info.IsDir() {
		return fmt.Errorf("its %s is not a directory any more", argument)
	}
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
		return fmt.Errorf("it returned %q, expected the base name of a %s in %s", name, kind, argument)
	}
	return nil
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

// place says where the output goes, whose name is known by now.
func (s *Staged) place(result *Result) error {
	result.File = s.config.OutputFile
	if result.File != "" {
		return nil
	}
	if err := os.MkdirAll(s.config.Output, 0o755); err != nil {
		return fmt.Errorf("make output directory: %w", err)
	}
	result.File = filepath.Join(s.config.Output, result.Name)
	return nil
}

// checkFileName holds the output's name against the one that was declared.
func (s *Staged) checkFileName(kind, name string) error {
	if s.config.OutputFile == "" || s.config.FileName == name {
		return nil
	}
	return fmt.Errorf("the %s is %s, and file_name says %s\n%s", kind, name, s.config.FileName,
		possibleFixes([]string{fmt.Sprintf("file_name = %q", name), fmt.Sprintf("leave file_name out: the output is a directory with the %s under its own name", kind)}))
}
