package adapter

import (
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
)

// scikitBuildCore keeps CMake's build directory, in the place of a temporary one:
// https://scikit-build-core.readthedocs.io/en/latest/reference/configs.html#build-dir
//
// The install tree is another one, always new. CMakeCache.txt has the values of options, and what is known of the compilers.
var scikitBuildCore = Adapter{
	Name: "scikit-build-core", Backends: []string{"scikit_build_core.build"}, Distribution: "scikit-build-core",
	Map: buildDirectory{
		distribution: "scikit-build-core",
		oldest:       "0.10.5", // before, to build again in a build-dir went wrong
		settings:     []string{"build-dir", "skbuild.build-dir"},
		variables:    []string{"SKBUILD_BUILD_DIR"},
		reduce:       Told.reduceCMakeCache,
		give: func(path string) Mapping {
			// It is a template for Python's str.format.
			path = strings.NewReplacer("{", "{{", "}", "}}").Replace(path)
			return Mapping{Settings: hook.Settings{{Key: "build-dir", Value: path}}}
		},
	}.mapping,
}
