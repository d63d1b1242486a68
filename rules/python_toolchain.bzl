"""`pyproject_python_toolchain`: an interpreter that build backends run with."""

load("//rules/private:asked_python.bzl", "ASKED_PYTHON_ATTRS", "check_asked_python", "is_survey")
load(":providers.bzl", "PyprojectPythonInfo")

def _pyproject_python_toolchain_impl(ctx):
    if ctx.attr.error:
        if not is_survey(ctx):
            fail(ctx.attr.error)
        return [platform_common.ToolchainInfo(python = None)]
    if bool(ctx.attr.interpreter_path) == bool(ctx.file.archive):
        fail("{}: a Python toolchain is either a path on the execution machine or an archive. Possible fixes: set one of `interpreter_path` and `archive`.".format(ctx.label))
    if ctx.attr.interpreter_path and not ctx.attr.interpreter_path.startswith("/"):
        fail("{}: interpreter_path is {}, and a relative path means another interpreter in every directory. Possible fixes: write an absolute path; use `archive` for an interpreter that the build holds.".format(ctx.label, repr(ctx.attr.interpreter_path)))
    check_asked_python(ctx, ctx.attr.python_version)
    return [platform_common.ToolchainInfo(python = PyprojectPythonInfo(
        archive = ctx.file.archive,
        executable = ctx.attr.interpreter_path or ctx.attr.executable,
        identity = ctx.attr.identity,
        libc = ctx.attr.libc,
        version = ctx.attr.python_version,
    ))]

pyproject_python_toolchain = rule(
    implementation = _pyproject_python_toolchain_impl,
    doc = """An interpreter that build backends run with, for `@rules_pyproject//rules:python_toolchain_type`.

Where nothing is registered for that type, the interpreter is the one of rules_python's toolchain. Register one of these to
build with a system interpreter, or with an interpreter of your own that rules_python does not know.""",
    attrs = ASKED_PYTHON_ATTRS | {
        "archive": attr.label(
            doc = "An in-build interpreter: one uncompressed tar whose top is the interpreter's prefix.",
            allow_single_file = [".tar"],
        ),
        "error": attr.string(
            doc = "Why there is no such interpreter. Whoever would build with it gets this error, and nobody else. `pyproject.system_python` sets it.",
        ),
        "executable": attr.string(
            doc = "The interpreter's path in `archive`, relative to its top.",
            default = "bin/python3",
        ),
        "identity": attr.string(
            doc = "What tells a system interpreter from the one that an upgrade of the machine puts in its place: its full " +
                  "version and build. It is part of the key of every action. `pyproject.system_python` fills it in.",
        ),
        "interpreter_path": attr.string(
            doc = "A system interpreter: its absolute path on the execution machine. It is bound read-only; its version is in " +
                  "the key of every action, so it must be the same on every machine of the execution platform.",
        ),
        "libc": attr.string(
            doc = "The C library that the interpreter is linked with; `none` where the platform has no choice.",
            default = "gnu",
            values = ["gnu", "musl", "none"],
        ),
        "python_version": attr.string(
            doc = "Major and minor version, with a `t` for a free-threaded interpreter: `3.13`, `3.14t`. The environment " +
                  "action fails if the interpreter turns out to be another.",
            mandatory = True,
        ),
    },
    provides = [platform_common.ToolchainInfo],
)
