package adapter

import "github.com/rules-pyproject/rules_pyproject/tools/internal/hook"

// mesonPython keeps Meson's build directory, in the place of a temporary one with a random name:
// https://mesonbuild.com/meson-python/reference/config-settings.html#cmdoption-arg-build-dir
//
// Without meson-private it calls `meson setup`, and otherwise `meson setup --reconfigure`, which keeps the values of options and the results of checks.
var mesonPython = Adapter{
	Name: "meson-python", Backends: []string{"mesonpy"}, Distribution: "meson-python",
	Map: buildDirectory{
		distribution:  "meson-python",
		oldest:        "0.15.0", // before, the setting was builddir
		settings:      []string{"build-dir", "builddir"},
		configuration: []string{"meson-private", "meson-info", "meson-logs"},
		outdated:      Told.mesonOutdated,
		give: func(path string) Mapping {
			return Mapping{Settings: hook.Settings{{Key: "build-dir", Value: path}}}
		},
	}.mapping,
}
