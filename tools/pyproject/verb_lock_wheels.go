package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// parseLockWheel reads --wheel LABEL=PATH, where PATH is a wheel or a directory with one.
func parseLockWheel(text string) (resolver.Wheel, error) {
	label, path, found := strings.Cut(text, "=")
	if !found || !strings.HasPrefix(label, "//") {
		return resolver.Wheel{}, fmt.Errorf("%q is not LABEL=PATH", text)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return resolver.Wheel{}, err
	}
	if info, err := os.Stat(path); err != nil {
		return resolver.Wheel{}, fmt.Errorf("the wheel of %s: %w", label, err)
	} else if info.IsDir() {
		entries, err := filepath.Glob(filepath.Join(path, "*.whl"))
		if err != nil || len(entries) != 1 {
			return resolver.Wheel{}, fmt.Errorf("the wheel of %s: %s has %d wheels, and one is expected", label, path, len(entries))
		}
		path = entries[0]
	}
	name, err := wheel.ParseName(path)
	if err != nil {
		return resolver.Wheel{}, fmt.Errorf("the wheel of %s: %w", label, err)
	}
	return resolver.Wheel{Name: requirement.NormalizeName(name.Distribution), Label: label, Path: path}, nil
}
