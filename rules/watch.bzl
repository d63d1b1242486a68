"""`pyproject_watch`: builds a wheel again whenever its sources change."""

load("@bazel_skylib//lib:shell.bzl", "shell")
load("//rules/private:label_text.bzl", "label_text")
load(":providers.bzl", "PyprojectSessionInfo", "PyprojectWheelInfo")

# The helper's path is relative to the execution root, which lies above `bazel-out` in the launcher's own path.
_LAUNCHER = """#!/bin/sh
# Builds {wheel} whenever a source changes. Made for {label}.
set -eu
self=$(readlink -f "$0")
exec "${{self%%/bazel-out/*}}/"{helper} watch {flags} -- "$@"
"""

# Warm builds: what PEP 9999's cache directory is for.
_INCREMENTAL = Label("//rules/settings:incremental")

def _directories(wheel):
    """Where the sources lie, relative to the workspace; a directory stands for all below it."""
    found = {wheel.label.package: None}
    for file in wheel[PyprojectSessionInfo].inputs.to_list():
        if file.is_source and not file.owner.repo_name:
            found[file.short_path.rpartition("/")[0]] = None
    return [
        directory
        for directory in found
        if not [other for other in found if other != directory and (not other or directory.startswith(other + "/"))]
    ]

def _pyproject_watch_impl(ctx):
    wheel = ctx.attr.wheel
    if wheel.label.repo_name:
        fail("\n{}: {} is not of the main repository, and its sources are not yours to change.".format(label_text(ctx.label), label_text(wheel.label)))
    helper = wheel[PyprojectSessionInfo].helper.executable
    flags = ["--target=" + label_text(wheel.label)]
    flags += ["--directory=" + (directory or ".") for directory in _directories(wheel)]
    flags += ["--flag=" + flag for flag in ctx.attr.flags or ["--{}".format(_INCREMENTAL)]]
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            flags = " ".join([shell.quote(flag) for flag in flags]),
            helper = shell.quote(helper.path),
            label = label_text(ctx.label),
            wheel = label_text(wheel.label),
        ),
        is_executable = True,
    )
    return [DefaultInfo(executable = launcher, runfiles = ctx.runfiles([helper]))]

pyproject_watch = rule(
    implementation = _pyproject_watch_impl,
    doc = """Edit, and the new wheel is there: `bazel run //pkg:watch` builds a wheel again whenever one of its sources changes.

Each build is a line on standard output: the wheel's target, its file name, how long it took, and where the wheel is. A build that fails
shows why, and the watch goes on. It ends with Ctrl-C. Watched are the wheel's package and the directories of its sources, with all that
is below them. Flags for `bazel build` follow after two dashes: `bazel run //pkg:watch -- --config=mine`.

Builds are incremental (docs/incremental.md): a cache directory is kept, so that a backend which can does no more than the edit
needs. Where flags decide how Bazel builds, give those that other builds of the workspace have, or each change of flags costs an analysis.""",
    attrs = {
        "flags": attr.string_list(
            doc = "The flags of `bazel build`. The default is the one setting that makes builds incremental, `//rules/settings:incremental` " +
                  "of this module; `[\"--config=incremental\"]` is right where .bazelrc has that configuration.",
        ),
        "wheel": attr.label(
            doc = "The wheel: a `pyproject_wheel` of the main repository.",
            mandatory = True,
            providers = [PyprojectSessionInfo, PyprojectWheelInfo],
        ),
    },
    executable = True,
)
