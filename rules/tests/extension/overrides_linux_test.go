package extension_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// overridesModule is a MODULE.bazel that says something of the build requirements of all projects.
func overridesModule(t *testing.T, tag string) string {
	return moduleFile(repository(t), `pyproject.build_environments(name = "environments", locks = ["//demo:lock.txt"])
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "environments", "machine_python")
register_toolchains("@machine_python//:all")
pyproject_overrides = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject_overrides")
`+tag+"\n")
}

// newOverridesWorkspace has wheels of one project that differ in what is special about their builds.
func newOverridesWorkspace(t *testing.T) *workspace {
	core := flitCore[1]
	return newWorkspace(t, map[string]string{
		"BUILD.bazel":      "exports_files([\"runtime.txt\"])\n",
		"demo/BUILD.bazel": "load(\":demo.bzl\", \"demo\")\ndemo()\n",
		"demo/demo.bzl": `load("@rules_pyproject//rules:metadata.bzl", "pyproject_metadata")
load("@rules_pyproject//rules:override.bzl", "pyproject_override")
load("@rules_pyproject//rules:sdist.bzl", "pyproject_sdist")
load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")

def demo():
    common = dict(srcs = ["pyproject.toml", "demo.py"], build_environment = "@environments//demo")
    pyproject_wheel(name = "plain", **common)
    pyproject_sdist(name = "plain_sdist", **common)
    pyproject_metadata(name = "plain_metadata", **common)
    pyproject_override(name = "own", relax = ["flit-core"])
    pyproject_wheel(name = "overridden", overrides = [":own"], **common)
    pyproject_wheel(name = "host_wheel", host_site_packages = True, **common)
    pyproject_sdist(name = "host_sdist", host_site_packages = True, **common)
    pyproject_metadata(name = "host_metadata", host_site_packages = True, **common)
    pyproject_wheel(name = "host_cache", host_site_packages = True, cache_output = True, **common)
`,
		"demo/pyproject.toml": "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n[project]\nname = \"demo\"\nversion = \"1.0\"\ndescription = \"x\"\n",
		"demo/demo.py":        "",
		"demo/lock.txt":       "flit-core==" + core.version + " --hash=sha256:" + core.sha256 + "\n    # file: sha256:" + core.sha256 + " flit_core-" + core.version + "-py3-none-any.whl\n",
		"runtime.txt":         "flit-core==3.11.0 --hash=sha256:" + flitCore[0].sha256 + "\n",
	})
}

// TestOverrides runs what is special about the builds of one workspace.
func TestOverrides(t *testing.T) {
	w := newOverridesWorkspace(t)
	t.Run("for all projects", func(t *testing.T) { w.testForAllProjects(t) })
	t.Run("execution requirements", func(t *testing.T) { w.testExecutionRequirements(t) })
}

// testForAllProjects proves BE-6 for MODULE.bazel: what the tag says counts for a project that says nothing of that
// name, and not for one that does.
func (w *workspace) testForAllProjects(t *testing.T) {
	for _, c := range []struct{ tag, want string }{
		{`pyproject_overrides.all_projects(constraints = ["flit-core<4"])`, "wanted flit-core<4 (by constraint of MODULE.bazel), found flit_core 4.2.0"},
		{`pyproject_overrides.all_projects(match_runtime = ["flit-core"], runtime_lock = "//:runtime.txt")`, "wanted flit-core==3.11.0 (by match_runtime of MODULE.bazel), found flit_core 4.2.0"},
		{`pyproject_overrides.all_projects(replace = ["flit-core<4"])`, "wanted flit-core<4, found flit_core 4.2.0"},
	} {
		w.write("MODULE.bazel", overridesModule(t, c.tag))
		w.fails([]string{"//demo:plain: the lock //demo:lock.txt does not satisfy ", c.want, "Possible fixes:"}, "build", "//demo:plain")
		w.succeeds([]string{"overridden.dist"}, "build", "//demo:overridden")
	}
	two := `pyproject_overrides.all_projects(constraints = ["a<4"])` + "\n" + `pyproject_overrides.all_projects(relax = ["b"])`
	w.write("MODULE.bazel", overridesModule(t, two))
	w.fails([]string{"pyproject_overrides.all_projects is there 2 times", "Possible fixes:\n  - make one of them"}, "build", "--nobuild", "//demo:plain")
	w.write("MODULE.bazel", overridesModule(t, `pyproject_overrides.all_projects(constraints = ["flit-core<5"])`))
	w.succeeds([]string{"plain.log"}, "build", "--output_groups=log", "//demo:plain")
}

// testExecutionRequirements proves what Bazel is told of each action that runs hooks (BE-7, BE-6): no network; and, with the packages
// of the host, no cache and no remote executor, whatever is asked for elsewhere. Starlark does not show it.
func (w *workspace) testExecutionRequirements(t *testing.T) {
	w.write("MODULE.bazel", overridesModule(t, ""))
	const (
		cold = "block-network: ''"
		warm = "block-network: '', no-cache: '', no-remote-exec: '', requires-worker-protocol: json, supports-worker-cancellation: 1, supports-workers: 1"
		host = "block-network: '', no-cache: '', no-remote: ''"
	)
	targets := map[string]string{
		"plain": "PyprojectWheel", "plain_sdist": "PyprojectSdist", "plain_metadata": "PyprojectMetadata",
		"host_wheel": "PyprojectWheel", "host_sdist": "PyprojectSdist", "host_metadata": "PyprojectMetadata",
	}
	for _, c := range []struct {
		flags []string
		plain string
	}{{nil, cold}, {[]string{incremental}, warm}} {
		got := w.requirements(slices.Sorted(maps.Keys(targets)), c.flags...)
		for target, mnemonic := range targets {
			want := c.plain
			if strings.HasPrefix(target, "host_") {
				want = host
			}
			if got[mnemonic+" //demo:"+target] != want {
				t.Errorf("%s %q: %s, want %s", target, c.flags, got[mnemonic+" //demo:"+target], want)
			}
		}
		if len(got) != len(targets) {
			t.Errorf("%q: there are more actions than these: %q", c.flags, got)
		}
	}
	w.fails([]string{"//demo:host_cache: a cache directory is not kept of a build with host_site_packages", "Possible fixes:"}, "build", "//demo:host_cache")

	// It warns when it builds, and what it builds is there.
	w.succeeds([]string{"//demo:host_wheel: warning: host_site_packages: hooks see what is installed beside the Python of this machine"}, "build", "//demo:host_wheel")
	if found, err := filepath.Glob(filepath.Join(w.dir, "workspace/bazel-bin/demo/host_wheel.dist/*.whl")); err != nil || len(found) != 1 {
		t.Errorf("made %q, %v", found, err)
	}
}

var executionInfo = regexp.MustCompile(`(?m)^  Mnemonic: (.*)\n  Target: (.*)\n(?:.+\n)*?  ExecutionInfo: \{(.*)\}$`)

// requirements gives, by mnemonic and target, what Bazel is told of the actions that run hooks, word by word.
func (w *workspace) requirements(targets []string, flags ...string) map[string]string {
	w.t.Helper()
	query := `mnemonic("^Pyproject(Wheel|Sdist|Metadata)$", //demo:` + strings.Join(targets, " + //demo:") + ")"
	found := map[string]string{}
	output := w.succeeds(nil, "aquery", append(flags, query)...)
	for _, action := range executionInfo.FindAllStringSubmatch(output, -1) {
		found[action[1]+" "+action[2]] = action[3]
	}
	return found
}
