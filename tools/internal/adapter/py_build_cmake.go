package adapter

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
)

// overrides are the config settings by which py-build-cmake takes options of pyproject.toml.
var overrides = []string{"override", "--override", "o", "-o"}

// pyBuildCMake keeps CMake's build directory, in the place of .py-build-cmake_cache in the source tree:
// https://tttapa.github.io/py-build-cmake/reference/config.html
var pyBuildCMake = Adapter{
	Name: "py-build-cmake", Backends: []string{"py_build_cmake.build"}, Distribution: "py-build-cmake",
	Map: buildDirectory{
		distribution: "py-build-cmake",
		oldest:       "0.3.0", // the first with overrides
		off:          offForPyBuildCMake,
		reduce:       Told.reduceCMakeCache,
		give: func(path string) Mapping {
			return Mapping{Settings: hook.Settings{{Key: "override", Value: "cmake.build_path=" + strconv.Quote(path)}}}
		},
	}.mapping,
}

// offForPyBuildCMake says why the directory cannot be overridden. To name it declares a CMake project, so that it has to be known whether
// there is one: this is all that is read of the table. With several they are numbered, and each needs a directory of its own.
func offForPyBuildCMake(told Told) (string, error) {
	if where := told.mentions("build_path", overrides, nil); where != "" {
		return where + " names a build directory", nil
	}
	text, err := told.Source.ReadFile("pyproject.toml")
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no pyproject.toml", nil
	}
	if err != nil {
		return "", fmt.Errorf("read pyproject.toml: %w", err)
	}
	var project struct {
		Tool struct {
			Table map[string]any `toml:"py-build-cmake"`
		}
	}
	if err := toml.Unmarshal(text, &project); err != nil {
		return "pyproject.toml can't be read", nil // the backend says what is wrong
	}
	table, ok := project.Tool.Table["cmake"].(map[string]any)
	if !ok {
		return "pyproject.toml has no [tool.py-build-cmake.cmake]", nil
	}
	for key := range table {
		if strings.Trim(key, "0123456789") == "" {
			return "there are several CMake projects", nil
		}
	}
	return "", nil
}
