"""`program_for_people`: the helper as people run it."""

load("@bazel_skylib//lib:shell.bzl", "shell")
load(":asking.bzl", "add_asking")
load(":overrides.bzl", "override_flags", "overrides_of", "runtime_locks")
load(":registered_pythons.bzl", "REGISTERED_PYTHONS_ATTRS")
load(":session.bzl", "HELPER", "HOOK_ATTRS", "PYTHON", "SESSION_TOOLCHAINS")

# The verb `generate` writes locks, with all that a `pyproject_lock` without attributes gives to the verb `lock`. Paths in its
# flags are relative to the execution root, which lies above `bazel-out` in the launcher's own path.
_LAUNCHER = """#!/bin/sh
set -eu
self=$(readlink -f "$0")
root=${{self%%/bazel-out/*}}
if [ "${{1-}}" != generate ]; then
  exec "$root"/{helper} "$@"
fi
shift
: "${{BUILD_WORKING_DIRECTORY:=$PWD}}"
export BUILD_WORKING_DIRECTORY
cd "$root"
exec {helper} generate --lock-flags={flags} "$@"
"""

def _program_for_people_impl(ctx):
    helper = ctx.toolchains[HELPER].helper.executable
    flags = ["--uv=" + ctx.file._uv.path, "--index-file=" + ctx.file._index.path]
    overrides = overrides_of(ctx)
    flags += override_flags(overrides, lambda file: file.path)
    inputs = []

    # Without a Python all verbs but those that run hooks are as good.
    if ctx.toolchains[PYTHON]:
        asking, inputs = add_asking(ctx)
        flags += asking
    flag_file = ctx.actions.declare_file(ctx.label.name + ".flags")
    ctx.actions.write(flag_file, "".join([flag + "\n" for flag in flags]))
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(flags = shell.quote(flag_file.path), helper = shell.quote(helper.path)),
        is_executable = True,
    )
    files = [flag_file, helper, ctx.file._index, ctx.file._uv] + runtime_locks(overrides)
    return [DefaultInfo(executable = launcher, runfiles = ctx.runfiles(files, transitive_files = depset(transitive = inputs)))]

program_for_people = rule(
    implementation = _program_for_people_impl,
    doc = "Runs the helper that actions run: that of the toolchain, so that nothing is compiled for it.",
    attrs = HOOK_ATTRS | REGISTERED_PYTHONS_ATTRS | {
        "_index": attr.label(
            default = Label("@rules_pyproject_index//:index.json"),
            allow_single_file = True,
        ),
        "_uv": attr.label(
            default = Label("@rules_pyproject_uv//:uv"),
            allow_single_file = True,
        ),
    },
    executable = True,
    fragments = ["cpp"],
    toolchains = [
        config_common.toolchain_type(PYTHON, mandatory = False) if toolchain == PYTHON else toolchain
        for toolchain in SESSION_TOOLCHAINS
    ],
)
