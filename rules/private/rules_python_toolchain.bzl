"""The default Python toolchain: the interpreter of rules_python's, in our form."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules:providers.bzl", "PyprojectPythonInfo")
load(":asked_python.bzl", "ASKED_PYTHON_ATTRS", "check_asked_python")
load(":label_text.bzl", "label_text")

_HELPER = Label("//rules:toolchain_type")
_RULES_PYTHON = "@rules_python//python:toolchain_type"

def _version(ctx, runtime):
    """Major and minor version of a runtime, from what it declares, else from its interpreter's name; None in a survey."""
    declared = getattr(runtime, "interpreter_version_info", None)
    abi = getattr(runtime, "abi_flags", None) or ""
    if declared and getattr(declared, "minor", None):
        return "{}.{}{}".format(declared.major, declared.minor, "t" if "t" in abi else "")
    path = runtime.interpreter_path or runtime.interpreter.path
    name = path.rpartition("/")[2]
    if name.startswith("python3.") and name[len("python3."):].rstrip("t").isdigit():
        return name[len("python"):]
    if ctx.attr._survey[BuildSettingInfo].value:
        return None
    check_asked_python(ctx, "the Python at {}, which does not say its version".format(path))
    fail("""
{}: the registered Python runtime ({}) does not say its version, and build requirements are chosen by it.
Possible fixes:
  - register a toolchain of rules_python's that declares interpreter_version_info (python.toolchain() of its extension does)
  - pyproject.system_python(interpreter = "/usr/bin/python3") in MODULE.bazel, to build with the machine's own
  - register a pyproject_python_toolchain of your own""".format(ctx.label, path))

def _prefix(interpreter):
    """The directory that `bin/python3` lies in, as a path and as the interpreter's path below it."""
    directory, _, name = interpreter.path.rpartition("/")
    top, _, last = directory.rpartition("/")
    if last == "bin":
        return top, "bin/" + name
    return directory, name

def _rules_python_toolchain_impl(ctx):
    toolchain = ctx.toolchains[_RULES_PYTHON]
    runtime = toolchain.py3_runtime
    version = _version(ctx, runtime)
    if not version:
        return [platform_common.ToolchainInfo(python = None)]
    check_asked_python(ctx, version)
    if runtime.interpreter_path:
        return [platform_common.ToolchainInfo(python = PyprojectPythonInfo(
            archive = None,
            executable = runtime.interpreter_path,
            identity = "",
            libc = ctx.attr.libc,
            version = version,
        ))]

    archive = ctx.actions.declare_file(ctx.label.name + ".tar")
    prefix, executable = _prefix(runtime.interpreter)
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add(prefix, format = "--prefix=%s")
    args.add(archive, format = "--output=%s")
    files = depset([runtime.interpreter], transitive = [runtime.files])
    args.add_all(files, format_each = "--file=%s")
    ctx.actions.run(
        executable = ctx.toolchains[_HELPER].helper,
        arguments = ["interpreter", args],
        inputs = files,
        outputs = [archive],
        env = {},
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectInterpreter",
        progress_message = "Packing the Python interpreter of %{label}",
        toolchain = _HELPER,
    )
    return [platform_common.ToolchainInfo(python = PyprojectPythonInfo(
        archive = archive,
        executable = executable,
        identity = "",
        libc = ctx.attr.libc,
        version = version,
    ))]

rules_python_toolchain = rule(
    implementation = _rules_python_toolchain_impl,
    doc = "Wraps the toolchain that rules_python resolves, so that nothing has to be registered twice.",
    attrs = ASKED_PYTHON_ATTRS | {
        "libc": attr.string(
            doc = "The C library of the interpreter.",
            mandatory = True,
        ),
    },
    toolchains = [_HELPER, _RULES_PYTHON],
    provides = [platform_common.ToolchainInfo],
)
