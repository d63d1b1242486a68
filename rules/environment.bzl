"""`build_environment`: the locked distributions that a project is built with, as one file."""

load("//rules/private:interpreter_key.bzl", "interpreter_key")
load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:locked_wheels.bzl", "LockedWheelsInfo")
load(":providers.bzl", "BuildEnvironmentInfo", "PyprojectWheelInfo")

_HELPER = Label("//rules:toolchain_type")
_PYTHON = Label("//rules:python_toolchain_type")

def _wheels(ctx):
    """The locked files, and what targets build in the place of others."""
    built = [target[PyprojectWheelInfo].wheel for target in ctx.attr.wheels if PyprojectWheelInfo in target]
    locked = [file for file in ctx.files.wheels if file not in built]
    for file in locked:
        if file.extension != "whl":
            fail("\n{}: wheels has {}, and a wheel is expected.".format(label_text(ctx.label), file.short_path))
    return locked, built

def _build_environment_impl(ctx):
    if ctx.attr.error:
        fail("\n{}: {}".format(label_text(ctx.label), ctx.attr.error))

    helper = ctx.toolchains[_HELPER].helper
    python = ctx.toolchains[_PYTHON].python
    archive = ctx.actions.declare_file(ctx.label.name + ".tar")
    info = ctx.actions.declare_file(ctx.label.name + ".json")

    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add(ctx.file.lock, format = "--lock=%s")
    args.add(python.version, format = "--python-version=%s")
    if python.archive:
        args.add(python.archive, format = "--interpreter-archive=%s")
        args.add(python.executable, format = "--interpreter-executable=%s")
    else:
        args.add(python.executable, format = "--interpreter=%s")

    # A target's directory is expanded to the one wheel in it.
    locked, built = _wheels(ctx)
    args.add_all(locked, format_each = "--wheel=%s")
    args.add_all(built, format_each = "--built=%s")
    args.add(archive, format = "--output=%s")
    args.add(info, format = "--info=%s")

    ctx.actions.run(
        executable = helper,
        arguments = ["environment", args],
        inputs = depset(
            [ctx.file.lock] + ([python.archive] if python.archive else []),
            transitive = [depset(ctx.files.wheels)],
        ),
        outputs = [archive, info],
        env = interpreter_key(python),
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectEnvironment",
        progress_message = "Laying out build environment %{label}",
        toolchain = _HELPER,
    )
    return [
        DefaultInfo(files = depset([archive])),
        BuildEnvironmentInfo(
            archive = archive,
            info = info,
            lock = ctx.attr.lock_label,
            python = python,
            repair = ctx.attr.repair,
            wheels = depset(ctx.files.wheels),
        ),
        OutputGroupInfo(info = depset([info])),
    ]

build_environment = rule(
    implementation = _build_environment_impl,
    doc = """Lays locked wheels out as an installer does (BE-1 to BE-3), once for each Python toolchain that asks.

The targets of a `build_environments` hub are of this rule; it is seldom written by hand. Markers and the best file of each
distribution are decided by the real interpreter when the action runs.""",
    attrs = {
        "error": attr.string(
            doc = "What is wrong with the lock. Whoever uses this target fails at analysis with this text; every other " +
                  "target of the workspace goes on.",
        ),
        "lock": attr.label(
            doc = "The lock, as the JSON that the helper's verb `repositories` makes of it. Not needed where `error` is set.",
            allow_single_file = [".json"],
        ),
        "lock_label": attr.string(
            doc = "The label of the file that the lock was read from, for messages.",
        ),
        "repair": attr.string(
            doc = "The command that brings the lock up to date, for messages.",
        ),
        "wheels": attr.label_list(
            doc = "The locked files, a superset of what the interpreter takes: the action picks. And targets whose wheels take " +
                  "the place of locked files (BE-8), such as a `pyproject_wheel`.",
            # Not by extension: of a distribution with hashes alone an index may have no wheel for this platform.
            allow_files = True,
            providers = [[PyprojectWheelInfo], [LockedWheelsInfo]],
        ),
    },
    toolchains = [_HELPER, _PYTHON],
    provides = [BuildEnvironmentInfo],
)
