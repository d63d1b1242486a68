package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// warmWorkspace is a workspace as a user has it, with a source tree for each project. It stays, so that a second run has nothing to prepare.
type warmWorkspace struct {
	*bazelSession
}

const (
	warmConfig = "--config=incremental"
	warmModule = `module(name = "warm")

bazel_dep(name = "rules_pyproject", version = "0.1.0")
local_path_override(module_name = "rules_pyproject", path = %q)

pyproject = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject")
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "machine_python")
register_toolchains("@machine_python//:all", "//:ccache_toolchain")
`
	warmModuleProject = `
pyproject.build_environments(name = "%[1]s_environments", locks = ["//%[1]s:lock.txt"])
pyproject.sdist(name = "%[1]s_sdist", file = "%[1]s-%[2]s.tar.gz", requirement = "%[1]s==%[2]s", sha256 = "%[3]s")
use_repo(pyproject, "%[1]s_environments", "%[1]s_sdist")
`
	warmRoot = `load("@rules_pyproject//rules:compiler_cache.bzl", "pyproject_compiler_cache")

pyproject_compiler_cache(name = "ccache", ccache_path = "/usr/bin/ccache")

toolchain(
    name = "ccache_toolchain",
    toolchain = ":ccache",
    toolchain_type = "@rules_pyproject//rules:compiler_cache_toolchain_type",
)
`
	// The target prepared has what the wheel is built with, in the configuration in which the wheel has it.
	warmPackage = `load("@rules_pyproject//rules:watch.bzl", "pyproject_watch")
load("@rules_pyproject//rules:wheel.bzl", "pyproject_wheel")

pyproject_wheel(
    name = "wheel",
    srcs = glob(["**"], exclude = ["BUILD.bazel", "lock.txt"]),
    build_environment = "@%[1]s_environments//%[1]s",
    native_extensions = "required",
)

pyproject_watch(name = "watch", flags = ["--config=incremental"], wheel = ":wheel")

genrule(name = "prepared", outs = ["prepared.txt"], cmd = "touch $@", tools = ["@%[1]s_environments//%[1]s"])
`
	warmBazelrc = `common --lockfile_mode=off
build --incompatible_strict_action_env
build --nosandbox_default_allow_network
build:incremental --@rules_pyproject//rules/settings:incremental
`
)

// newWarmWorkspace writes the workspace's own files, and starts its server.
func newWarmWorkspace(ctx context.Context, o *options, directory string) (*warmWorkspace, error) {
	module := fmt.Sprintf(warmModule, o.workspace)
	for _, p := range warmProjects {
		module += fmt.Sprintf(warmModuleProject, p.name, p.version, p.sha256)
	}
	files := map[string]string{"MODULE.bazel": module, "BUILD.bazel": warmRoot, ".bazelrc": warmBazelrc}
	for _, p := range warmProjects {
		lock, err := os.ReadFile(filepath.Join(o.workspace, p.lock()))
		if err != nil {
			return nil, err
		}
		files[p.name+"/lock.txt"] = string(lock)
		files[p.name+"/BUILD.bazel"] = fmt.Sprintf(warmPackage, p.name)
	}
	for name, text := range files {
		if err := writeIfOther(filepath.Join(directory, name), text); err != nil {
			return nil, err
		}
	}
	b := &bazel{checkout: o.workspace, workspace: directory}
	if o.outputBase != "" {
		b.outputBase = o.outputBase + "-warm"
	}
	session, err := b.start(ctx, o.buildFlags)
	if err != nil {
		return nil, err
	}
	return &warmWorkspace{session}, nil
}

func writeIfOther(name, text string) error {
	if have, err := os.ReadFile(name); err == nil && string(have) == text {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// sdist is where Bazel has the project's sdist.
func (w *warmWorkspace) sdist(ctx context.Context, p warmProject) (string, error) {
	label := fmt.Sprintf("@%s_sdist//:sdist", p.name)
	if err := w.prepare(ctx, nil, label); err != nil {
		return "", err
	}
	out, err := w.output(w.command(ctx, "cquery", slices.Concat(w.setUp, []string{"--output=files", label})...))
	if err != nil {
		return "", err
	}
	// The next build takes the link to the repository away.
	return filepath.EvalSymlinks(filepath.Join(w.execroot, strings.TrimSpace(string(out))))
}

// kept is the directory below which warm builds keep what they keep.
func (w *warmWorkspace) kept() string {
	return filepath.Join(w.execroot, "bazel-out", "rules_pyproject_cache")
}

// ours is a project in the workspace.
type ours struct {
	*warmWorkspace
	tree *sourceTree
}

func (c *ours) label(target string) string { return "//" + c.tree.project.name + ":" + target }

func (c *ours) edit(file string, number int) error { return c.tree.edit(file, number) }

// reset is the project as it was published, and no build before.
func (c *ours) reset(ctx context.Context) error {
	if err := c.tree.unpack(ctx); err != nil {
		return err
	}
	lock, err := os.ReadFile(filepath.Join(c.checkout, c.tree.project.lock()))
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"lock.txt": string(lock), "BUILD.bazel": fmt.Sprintf(warmPackage, c.tree.project.name)} {
		if err := os.WriteFile(filepath.Join(c.tree.directory, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := c.prepare(ctx, []string{warmConfig}, c.label("prepared")); err != nil {
		return err
	}
	// An output that is there already would be of the same source.
	for _, output := range []string{"wheel.dist", "wheel.log"} {
		if err := os.RemoveAll(filepath.Join(c.execroot, c.bin, c.tree.project.name, output)); err != nil {
			return err
		}
	}
	return os.RemoveAll(c.kept())
}

// measure builds as a user does.
func (c *ours) measure(ctx context.Context) (warmTimes, error) {
	before, err := c.compiled(ctx)
	if err != nil {
		return warmTimes{}, err
	}
	profile := filepath.Join(c.temp, "warm.json")
	start := time.Now()
	_, err = c.output(c.command(ctx, "build", warmConfig, "--noslim_profile", "--profile="+profile, c.label("wheel")))
	times := warmTimes{Wall: milliseconds(time.Since(start))}
	if err != nil {
		return times, err
	}
	data, err := os.ReadFile(profile)
	if err != nil {
		return times, err
	}
	events, err := readEvents(data)
	if err != nil {
		return times, err
	}
	if i := slices.IndexFunc(events, event.isWheelAction); i >= 0 {
		times.Action = events[i].Duration / 1000
	}
	after, err := c.compiled(ctx)
	times.Compiled = after - before
	return times, err
}

var cacheMisses = regexp.MustCompile(`(?m)^cache_miss\t(\d+)$`)

// compiled is how often the compiler has run below the compiler cache: what that did not have.
func (c *ours) compiled(ctx context.Context) (int, error) {
	stores, err := filepath.Glob(filepath.Join(c.kept(), "*", "directory", "ccache"))
	all := 0
	for _, store := range stores {
		out, err := exec.CommandContext(ctx, "/usr/bin/ccache", "--dir", store, "--print-stats").Output()
		if err != nil {
			return 0, fmt.Errorf("read what ccache counted: %w", err)
		}
		found := cacheMisses.FindSubmatch(out)
		if found == nil {
			return 0, fmt.Errorf("ccache did not say how often it had nothing:\n%s", out)
		}
		misses, err := strconv.Atoi(string(found[1]))
		if err != nil {
			return 0, err
		}
		all += misses
	}
	return all, err
}
