"""`pyproject_shell`: the room that a backend is run in, for people."""

load(":providers.bzl", "PyprojectSessionInfo")

# The parameters name files relative to the execution root, which lies above `bazel-out` in the launcher's own path.
_LAUNCHER = """#!/bin/sh
set -eu
self=$(readlink -f "$0")
cd "${{self%%/bazel-out/*}}"
exec {helper} shell @{params} -- "$@"
"""

def _pyproject_shell_impl(ctx):
    run = ctx.attr.wheel[PyprojectSessionInfo]
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _LAUNCHER.format(
        helper = run.helper.executable.path,
        params = run.params.path,
    ), is_executable = True)
    return [DefaultInfo(
        executable = launcher,
        runfiles = ctx.runfiles([run.params, run.helper.executable], transitive_files = run.inputs),
    )]

pyproject_shell = rule(
    implementation = _pyproject_shell_impl,
    doc = """The walls, environment, source copy and variables of a wheel's build, interactive.

`bazel run //pkg:shell` opens a shell in which the hooks can be called by hand; `bazel run //pkg:shell -- COMMAND` runs one
command. What is changed there vanishes with the shell. See docs/debugging.md.""",
    attrs = {
        "wheel": attr.label(
            doc = "The wheel whose build is to be looked at: a `pyproject_wheel`.",
            mandatory = True,
            providers = [PyprojectSessionInfo],
        ),
    },
    executable = True,
)
