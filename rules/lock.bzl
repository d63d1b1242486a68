"""`pyproject_lock`: writes the lock of a project's build requirements."""

load("@bazel_skylib//lib:shell.bzl", "shell")
load("//rules/private:asking.bzl", "add_asking")
load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:overrides.bzl", "override_flags", "overrides_of", "runtime_locks")
load("//rules/private:patches.bzl", "PATCH_ATTRS", "check_patches", "patch_flags")
load("//rules/private:registered_pythons.bzl", "REGISTERED_PYTHONS_ATTRS")
load("//rules/private:session.bzl", "HELPER", "HOOK_ATTRS", "SESSION_TOOLCHAINS")
load("//rules/private:source.bzl", "SOURCE_ATTRS")
load(":providers.bzl", "PyprojectLockInfo", "PyprojectToolInfo", "PyprojectWheelInfo")

# The parameters name files relative to the execution root, which lies above `bazel-out` in the launcher's own path: the
# session in which hooks are asked is that of a build.
_LAUNCHER = """#!/bin/sh
# Writes {out}. Made for {label}.
set -eu
self=$(readlink -f "$0")
cd "${{self%%/bazel-out/*}}"
exec {helper} lock --in-workspace @{params} {flags} "$@"
"""

def _wheel_flags(ctx):
    """The flags of the verb `lock` for what other targets build (BE-8), and the files that they name."""
    flags, files = [], []
    for target in ctx.attr.wheels:
        if target.label.repo_name or "=" in str(target.label):
            fail("\n{}: wheels has {}, and a lock can name targets of its own repository alone, by a label without \"=\".\nPossible fixes:\n  - take it from an index".format(label_text(ctx.label), label_text(target.label)))
        wheel = target[PyprojectWheelInfo].wheel
        flags.append("--wheel={}={}".format(label_text(target.label), wheel.path))
        files.append(wheel)
    return flags, files

def _pyproject_lock_impl(ctx):
    if ctx.label.repo_name:
        fail("\n{}: only a lock of the main repository can be written: `bazel run` it in its own.".format(ctx.label))
    kinds = [kind for kind in ["project", "projects", "sdist"] if getattr(ctx.attr, kind)]
    if len(kinds) > 1 or not (kinds or ctx.attr.requirements):
        fail("\n{}: one of `project`, `projects` and `sdist` says whose build requirements are locked; `requirements` alone will do as well.".format(ctx.label))
    if ctx.attr.placed_srcs and not ctx.file.project:
        fail("\n{}: placed_srcs puts files into a source tree, and there is none without `project`. Possible fixes: remove placed_srcs; give each project a lock of its own.".format(ctx.label))
    check_patches(ctx, ctx.file.sdist)
    if ctx.attr.out.startswith("/") or ".." in ctx.attr.out.split("/"):
        fail("\n{}: out = \"{}\" is not in the package.\nPossible fixes:\n  - declare the target in the package of the lock".format(ctx.label, ctx.attr.out))

    helper = ctx.toolchains[HELPER].helper.executable
    params = ctx.actions.declare_file(ctx.label.name + ".params")
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.add("--command=bazel run //{}:{}".format(ctx.label.package, ctx.label.name))
    out = (ctx.label.package + "/" if ctx.label.package else "") + ctx.attr.out
    args.add("--out=" + out)
    args.add("--python-version=" + ctx.attr.python_version)
    args.add("--uv=" + ctx.file._uv.path)
    args.add("--index-file=" + ctx.file._index.path)
    projects = ctx.files.project + ctx.files.projects
    for project in projects:
        if not project.is_source or project.owner.repo_name:
            fail("\n{}: the project {} has to be a source file of the main repository.".format(ctx.label, label_text(project.owner)))
        args.add("--project=" + (project.dirname or "."))
    for requirement in ctx.attr.requirements:
        args.add("--requirement=" + requirement)
    for tool in ctx.attr.tools:
        if PyprojectToolInfo in tool:
            args.add("--stands-for=" + tool[PyprojectToolInfo].requirement)
    for name in ctx.attr.from_source:
        args.add("--from-source=" + name)
    if ctx.attr.no_prebuilt:
        args.add("--no-prebuilt")
    ctx.actions.write(params, args)

    overrides = overrides_of(ctx)
    flags, inputs = override_flags(overrides, lambda file: file.path), []
    if ctx.file.sdist:
        flags.append("--sdist=" + ctx.file.sdist.path)
    if ctx.attr.host_site_packages:
        flags.append("--host-site-packages")
    flags += patch_flags(ctx.files.patches, ctx.attr.patch_strip, lambda file: file.path)
    if ctx.attr.ask and (projects or ctx.file.sdist):
        asking, inputs = add_asking(ctx, label_text(ctx.label), ctx.attr.placed_srcs, ctx.file.project.dirname if ctx.file.project else "")
        flags += asking
    wheel_flags, wheels = _wheel_flags(ctx)
    flags += wheel_flags
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            flags = " ".join([shell.quote(flag) for flag in flags]),
            helper = shell.quote(helper.path),
            label = label_text(ctx.label),
            out = ctx.attr.out,
            params = shell.quote(params.path),
        ),
        is_executable = True,
    )
    sdist = [ctx.file.sdist] + ctx.files.patches if ctx.file.sdist else []
    return [
        DefaultInfo(
            executable = launcher,
            runfiles = ctx.runfiles([params, helper, ctx.file._uv, ctx.file._index] + sdist + wheels + runtime_locks(overrides), transitive_files = depset(transitive = inputs)),
        ),
        PyprojectLockInfo(
            helper = helper,
            out = out,
            overrides = overrides,
            params = params,
            patches = ctx.files.patches,
            patch_strip = ctx.attr.patch_strip,
            sdist = ctx.file.sdist,
            sources = depset(projects + sdist),
        ),
    ]

pyproject_lock = rule(
    implementation = _pyproject_lock_impl,
    doc = """Writes a lock: `bazel run //greeter:lock` resolves the build requirements of a project and writes `out`.

Locked are the `[build-system] requires` of its pyproject.toml (REQ-2 says what they are without one), the `requirements`
given here, and everything that these require, for all platforms and for all versions of Python from `python_version` on,
each file by name and hash (REQ-4). Versions that the lock has already stay where they still fit: the same input gives the
same file. `bazel run //greeter:lock -- --upgrade` takes the newest, `--upgrade-package NAME` that of one distribution. Where
anything fails nothing is written.

Locked is also what the backend asks for when it runs (REQ-5): `get_requires_for_build_wheel` and, of a project, `_sdist` and
`_editable` are run in the environment of what is locked so far, with the walls, tools, variables and settings of a build,
again and again until they ask for nothing more. They are asked with every interpreter that is registered for this platform, and the
answers are united. What they ask for may depend on settings and tools, too, so give `config_settings`, `env`,
`tools` and `placed_srcs` as the wheel has them. The lock's header says what was asked for, by which Python, on which platform; what
it says of other machines stays locked (`--merge FILE` adds it from a lock that was written there, `--forget` drops it). The hooks of a
project see its directory as it lies in the workspace, without `.git`, `bazel-*` and the like, and `placed_srcs`.

The resolver is uv, which comes from its own package, pinned. It needs the network and some Python on PATH. The target
depends on no lock, so it runs when there is none yet, or a broken one.""",
    attrs = HOOK_ATTRS | PATCH_ATTRS | REGISTERED_PYTHONS_ATTRS | {
        "ask": attr.bool(
            doc = "Whether the backend's hooks are run to learn what else they ask for. False locks what is declared alone; " +
                  "what hooks ask for has to be named in `requirements` then.",
            default = True,
        ),
        "from_source": attr.string_list(
            doc = "Distributions that are built from their sdists although there are wheels of them, at any depth, or `:all:`. " +
                  "What has no wheel that fits is built from source in any case. Where something is, `out` has to be called " +
                  "`DIRECTORY/lock.txt`: beside it each distribution that is built from source has a lock of what it is built with.",
        ),
        "no_prebuilt": attr.bool(
            doc = "Whether it is an error if a wheel of anything that the build needs, at any depth, would be taken from an index.",
        ),
        "out": attr.string(
            doc = "The lock, as a path relative to the package. `pylock.toml` and `pylock.NAME.toml` are written in the " +
                  "format of PEP 751, all others in that of pip. Beside a `lock.txt` lie the locks of what is built from source.",
            mandatory = True,
        ),
        "placed_srcs": SOURCE_ATTRS["placed_srcs"],
        "project": attr.label(
            doc = "The project's pyproject.toml or, if it has none, its setup.py: a source file of the main repository.",
            allow_single_file = True,
        ),
        "projects": attr.label_list(
            doc = "Several projects that one lock serves, in place of `project`, each by its pyproject.toml or setup.py. Their " +
                  "build requirements are resolved together; those that contradict each other need locks of their own. The hooks " +
                  "of all are asked with the same settings, variables and tools.",
            allow_files = True,
        ),
        "python_version": attr.string(
            doc = "The oldest version of Python that the lock is for.",
            default = "3.9",
        ),
        "requirements": attr.string_list(
            doc = "Further build requirements (PEP 508), which are locked whatever hooks ask for: those that a backend asks for where " +
                  "it can't be asked, on another platform or with another Python (REQ-5), and what a lock needs that is for no project.",
        ),
        "sdist": attr.label(
            doc = "A source distribution whose build requirements are locked, in place of `project`.",
            allow_single_file = True,
        ),
        "wheels": attr.label_list(
            doc = "Build requirements that targets of this repository build (BE-8), such as a `pyproject_wheel` of a backend. The " +
                  "lock names the target in the place of a version and its files: the environment gets the wheel as it is when " +
                  "the project is built, and its version is held against what asks for it there. What the wheel requires itself " +
                  "is locked. It has to be visible to the hub.",
            cfg = "exec",
            providers = [PyprojectWheelInfo],
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
    fragments = ["cpp"],
    toolchains = SESSION_TOOLCHAINS,
    provides = [PyprojectLockInfo],
)
