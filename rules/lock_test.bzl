"""`pyproject_lock_test`: holds a lock against the project that it is for."""

load("@bazel_skylib//lib:shell.bzl", "shell")
load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:overrides.bzl", "override_flags", "runtime_locks")
load("//rules/private:patches.bzl", "patch_flags")
load(":providers.bzl", "PyprojectLockInfo")

# `bazel run` of a test would have paths read relative to where it was typed.
_LAUNCHER = """#!/bin/sh
# Checks {out}. Made for {label}.
unset BUILD_WORKING_DIRECTORY
exec "{helper}" lock --check "@{params}" {flags}
"""

def _pyproject_lock_test_impl(ctx):
    info = ctx.attr.lock[PyprojectLockInfo]
    if not ctx.file.file.is_source or ctx.file.file.short_path != info.out:
        fail("\n{}: file = {} is not the lock that {} writes, which is {}.\nPossible fixes:\n  - name that file".format(
            label_text(ctx.label),
            label_text(ctx.attr.file.label),
            label_text(ctx.attr.lock.label),
            info.out,
        ))
    flags = override_flags(info.overrides, lambda file: file.short_path)
    if info.sdist:
        flags.append("--sdist=" + info.sdist.short_path)
    flags += patch_flags(info.patches, info.patch_strip, lambda file: file.short_path)
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            flags = " ".join([shell.quote(flag) for flag in flags]),
            helper = info.helper.short_path,
            label = label_text(ctx.label),
            out = info.out,
            params = info.params.short_path,
        ),
        is_executable = True,
    )
    return [DefaultInfo(
        executable = launcher,
        runfiles = ctx.runfiles([info.params, info.helper, ctx.file.file] + runtime_locks(info.overrides) + ctx.files.data, transitive_files = info.sources),
    )]

pyproject_lock_test = rule(
    implementation = _pyproject_lock_test_impl,
    doc = """Fails when a lock is out of date, for CI: nothing is built, fetched or resolved, and no backend runs.

Each requirement of the project's `[build-system] requires` (REQ-2 says what they are without one) and of the `requirements`
of the `pyproject_lock` has to be satisfied by an entry of the lock, for every Python from `python_version` on and for every
platform that environments are declared for (REQ-4). The failure says what was wanted, what was found, who wants it, and
the command that writes the lock again.

What a lock does not hold is checked when the wheel is built: what the locked distributions require themselves, and what
the backend asks for when it runs (REQ-5).""",
    attrs = {
        "data": attr.label_list(
            doc = "Files that the lock includes with `-r` or `-c`.",
            allow_files = True,
        ),
        "file": attr.label(
            doc = "The lock: the file that `lock` writes.",
            allow_single_file = True,
            mandatory = True,
        ),
        "lock": attr.label(
            doc = "What writes it: a `pyproject_lock`.",
            mandatory = True,
            providers = [PyprojectLockInfo],
        ),
    },
    test = True,
)
