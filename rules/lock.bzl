"""`pyproject_lock`: writes the lock of a project's build requirements."""

load(":providers.bzl", "PyprojectLockInfo")

# A launcher for `bazel run`, which starts it in the runfiles of the main repository.
_LAUNCHER = """#!/bin/sh
# Writes {out}. Made for {label}.
exec "{helper}" lock --in-workspace "@{params}" "$@"
"""

def _pyproject_lock_impl(ctx):
    if ctx.label.repo_name:
        fail("\n{}: only a lock of the main repository can be written: `bazel run` it in its own.".format(ctx.label))
    if bool(ctx.file.project) == bool(ctx.file.sdist) and (ctx.file.project or not ctx.attr.requirements):
        fail("\n{}: either `project` or `sdist` says whose build requirements are locked; `requirements` alone will do as well.".format(ctx.label))
    if ctx.attr.out.startswith("/") or ".." in ctx.attr.out.split("/"):
        fail("\n{}: out = \"{}\" is not in the package.\nPossible fixes:\n  - declare the target in the package of the lock".format(ctx.label, ctx.attr.out))

    # Short paths, the ones of other repositories too, hold where `bazel run` starts the launcher: in the main repository's
    # runfiles.
    helper = ctx.executable._helper
    params = ctx.actions.declare_file(ctx.label.name + ".params")
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.add("--command=bazel run //{}:{}".format(ctx.label.package, ctx.label.name))
    out = (ctx.label.package + "/" if ctx.label.package else "") + ctx.attr.out
    args.add("--out=" + out)
    args.add("--python-version=" + ctx.attr.python_version)
    args.add("--uv=" + ctx.file._uv.short_path)
    args.add("--index-file=" + ctx.file._index.short_path)
    if ctx.file.project:
        if not ctx.file.project.is_source or ctx.file.project.owner.repo_name:
            fail("\n{}: project = {} has to be a source file of the main repository.".format(ctx.label, ctx.attr.project.label))
        args.add("--project=" + (ctx.file.project.dirname or "."))
    if ctx.file.sdist:
        args.add("--sdist=" + ctx.file.sdist.short_path)
    for requirement in ctx.attr.requirements:
        args.add("--requirement=" + requirement)
    ctx.actions.write(params, args)

    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(helper = helper.short_path, label = ctx.label, out = ctx.attr.out, params = params.short_path),
        is_executable = True,
    )
    sources = [f for f in [ctx.file.project, ctx.file.sdist] if f]
    return [
        DefaultInfo(
            executable = launcher,
            runfiles = ctx.runfiles([params, helper, ctx.file._uv, ctx.file._index] + ([ctx.file.sdist] if ctx.file.sdist else [])),
        ),
        PyprojectLockInfo(helper = helper, out = out, params = params, sources = depset(sources)),
    ]

pyproject_lock = rule(
    implementation = _pyproject_lock_impl,
    doc = """Writes a lock: `bazel run //greeter:lock` resolves the build requirements of a project and writes `out`.

Locked are the `[build-system] requires` of its pyproject.toml (REQ-2 says what they are without one), the `requirements`
given here, and everything that these require, for all platforms and for all versions of Python from `python_version` on,
each file by name and hash (REQ-4). Versions that the lock has already stay where they still fit: the same input gives the
same file. `bazel run //greeter:lock -- --upgrade` takes the newest. Where anything fails nothing is written.

The resolver is uv, which comes from its own package, pinned. It needs the network and some Python on PATH. The target
depends on no lock, so it runs when there is none yet, or a broken one.""",
    attrs = {
        "out": attr.string(
            doc = "The lock, as a path relative to the package. `pylock.toml` and `pylock.NAME.toml` are written in the " +
                  "format of PEP 751, all others in that of pip.",
            mandatory = True,
        ),
        "project": attr.label(
            doc = "The project's pyproject.toml or, if it has none, its setup.py: a source file of the main repository.",
            allow_single_file = True,
        ),
        "python_version": attr.string(
            doc = "The oldest version of Python that the lock is for.",
            default = "3.9",
        ),
        "requirements": attr.string_list(
            doc = "Further build requirements (PEP 508), such as those that the backend asks for when it runs (REQ-5).",
        ),
        "sdist": attr.label(
            doc = "A source distribution whose build requirements are locked, in place of `project`.",
            allow_single_file = True,
        ),
        "_helper": attr.label(
            default = Label("@rules_pyproject_helper//:pyproject"),
            allow_single_file = True,
            executable = True,
            cfg = "exec",
        ),
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
    provides = [PyprojectLockInfo],
)
