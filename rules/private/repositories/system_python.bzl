"""`system_python`: the machine's own interpreter, as a toolchain of ours and of rules_python's."""

_BUILD = """\
load("{host_constraints}", "HOST_CONSTRAINTS")
load("{py_runtime}", "py_runtime")
load("{py_runtime_pair}", "py_runtime_pair")
load("{python_toolchain}", "pyproject_python_toolchain")
load("{python_version_setting}", "python_version_setting")

# HOST_CONSTRAINTS name the module platforms as its users do, and whoever made this repository need not be one.
_HOST = ["{platforms}//" + constraint.partition("//")[2] for constraint in HOST_CONSTRAINTS]

package(default_visibility = ["//visibility:public"])

exports_files(["facts.bzl"])

pyproject_python_toolchain(
    name = "python",
    identity = {identity},
    interpreter_path = {interpreter},
    libc = "{libc}",
    python_version = "{python_version}",
)

python_version_setting(
    name = "wanted",
    python_version = "{python_version}",
)

toolchain(
    name = "python_toolchain",
    exec_compatible_with = _HOST,
    target_compatible_with = _HOST,
    target_settings = [":wanted"],
    toolchain = ":python",
    toolchain_type = "{python_toolchain_type}",
)

py_runtime(
    name = "py3_runtime",
    interpreter_path = {interpreter},
    python_version = "PY3",
    {runtime_attributes}
)

py_runtime_pair(
    name = "runtime",
    py3_runtime = ":py3_runtime",
)

toolchain(
    name = "runtime_toolchain",
    exec_compatible_with = _HOST,
    target_compatible_with = _HOST,
    target_settings = [":wanted"],
    toolchain = ":runtime",
    toolchain_type = "{rules_python_toolchain_type}",
)
"""

# Whoever gets one of these toolchains has the error.
_ABSENT = """\
load("{host_constraints}", "HOST_CONSTRAINTS")
load("{python_toolchain}", "pyproject_python_toolchain")
load("{python_version_setting}", "python_version_setting")

_HOST = ["{platforms}//" + constraint.partition("//")[2] for constraint in HOST_CONSTRAINTS]

package(default_visibility = ["//visibility:public"])

exports_files(["facts.bzl"])

pyproject_python_toolchain(
    name = "python",
    error = {error},
    python_version = "{python_version}",
)

alias(
    name = "runtime",
    actual = ":python",
)

python_version_setting(
    name = "wanted",
    python_version = "{python_version}",
)

[toolchain(
    name = name,
    exec_compatible_with = _HOST,
    target_compatible_with = _HOST,
    target_settings = [":wanted"],
    toolchain = ":python",
    toolchain_type = toolchain_type,
) for name, toolchain_type in [
    ("python_toolchain", "{python_toolchain_type}"),
    ("runtime_toolchain", "{rules_python_toolchain_type}"),
]]
"""

_FACTS = '''\
"""What the interpreter is. Found out by asking it."""

# The real executable, behind links and the shims of version managers.
INTERPRETER = {interpreter}

# Major and minor version, with a "t" for a free-threaded interpreter.
PYTHON_VERSION = "{python_version}"

# The whole version.
FULL_VERSION = "{full_version}"

# The whole version with what and when it was built: another one may behave otherwise.
IDENTITY = {identity}

# The C library: "gnu", "musl", or "none" where there is no choice.
LIBC = "{libc}"

# The directory that holds Python.h, or "" where the headers are not installed: python3-dev on Debian.
HEADERS = {headers}
'''

_OLDEST = 9

# Of Bazel's names for a processor, those that Python calls otherwise.
_MACHINES = {
    "aarch64": ["aarch64", "arm64"],
    "amd64": ["x86_64", "amd64"],
    "arm64": ["aarch64", "arm64"],
    "x86_64": ["x86_64", "amd64"],
}

_INSTALL = """\
  - install Python: `apt-get install python3 python3-dev` on Debian and Ubuntu, `dnf install python3 python3-devel` on
    Fedora, `apk add python3 python3-dev` on Alpine, `brew install python` on macOS
  - pyproject.system_python(interpreter = "/path/to/python3") with the path of another interpreter
  - leave system_python out: without it, backends run with the interpreter of rules_python's toolchain"""

def python_version(facts):
    """Major and minor version as toolchains say it, with a `t` for a free-threaded interpreter."""
    return "{}.{}{}".format(facts["version_info"][0], facts["version_info"][1], "t" if facts["free_threaded"] else "")

def problem(facts, architecture):
    """Why an interpreter cannot be used.

    Args:
      facts: What system_python.py printed.
      architecture: The host's processor, as `rctx.os.arch` names it.

    Returns:
      The end of a sentence that begins with the interpreter's path, or None if all is well.
    """
    if facts["implementation"] not in ["cpython", "python2"]:
        return "is {} {}, and only CPython is supported".format(facts["implementation"], facts["version"])
    if facts["version_info"][0] != 3 or facts["version_info"][1] < _OLDEST:
        return "is Python {}, and 3.{} or newer is needed".format(facts["version"], _OLDEST)
    if facts["bits"] != 64:
        return "is a {}-bit program, and the wheels of a 64-bit platform do not fit it".format(facts["bits"])
    machines = _MACHINES.get(architecture, [])
    if machines and facts["machine"].lower() not in machines:
        return "is a program for {}, and this machine is {}".format(facts["machine"], architecture)
    return None

def _message(rctx, sentence):
    return "\nsystem_python(name = \"{}\"): {}.\nPossible fixes:\n{}\n".format(
        getattr(rctx, "original_name", rctx.name),
        sentence,
        _INSTALL,
    )

def _fail(rctx, sentence):
    fail(_message(rctx, sentence))

def version_in(name):
    """The version that a program's name promises, as `python3.15` does, or None."""
    before, _, minor = name.rpartition("/")[2].partition("python3.")
    return "3." + minor if not before and minor.removesuffix("t").isdigit() else None

def _absent(rctx, name, sentence):
    """Makes toolchains of an interpreter that is not there: who asks for its version has an error, and all others build.

    Args:
      rctx: the context of the repository rule.
      name: what was looked for.
      sentence: what is wrong.
    """
    version = version_in(name)
    if not version:
        _fail(rctx, sentence)
    rctx.file("facts.bzl", _FACTS.format(
        full_version = version,
        headers = repr(""),
        identity = repr(""),
        interpreter = repr(name),
        libc = "gnu",
        python_version = version,
    ))
    rctx.file("BUILD.bazel", _ABSENT.format(
        error = repr(_message(rctx, sentence)),
        host_constraints = Label("@platforms//host:constraints.bzl"),
        platforms = "@@" + Label("@platforms//host:constraints.bzl").repo_name,
        python_toolchain = Label("//rules:python_toolchain.bzl"),
        python_toolchain_type = Label("//rules:python_toolchain_type"),
        python_version = version,
        python_version_setting = Label("//rules/settings:python_version.bzl"),
        rules_python_toolchain_type = Label("@rules_python//python:toolchain_type"),
    ))

def _find(rctx):
    """The program that `interpreter` names: not yet the interpreter, where a version manager has a shim. None where there is none."""
    name = rctx.attr.interpreter or "python3"
    if name.startswith("/"):
        path = rctx.path(name)
        rctx.watch(path)
        if not path.exists:
            _absent(rctx, name, "there is no {}".format(name))
            return None
        return path
    if "/" in name:
        _fail(rctx, "interpreter is \"{}\", and a name without a directory or an absolute path is expected".format(name))
    search_path = rctx.getenv("PATH", "")
    rctx.getenv("PYENV_VERSION")
    path = rctx.which(name)
    if not path:
        _absent(rctx, name, "there is no {} on PATH, which is {}".format(name, search_path))
        return None
    rctx.watch(path)
    return path

def _ask(rctx, command, program):
    """Runs an interpreter and returns what it prints."""
    result = rctx.execute(command, timeout = 60, working_directory = str(rctx.workspace_root))
    if result.return_code:
        _fail(rctx, "{} does not answer as a Python does; it ended with code {} and printed:\n{}".format(
            program,
            result.return_code,
            (result.stdout + result.stderr).strip() or "nothing",
        ))
    return result.stdout.strip()

def _system_python_impl(rctx):
    program = _find(rctx)
    if not program:
        return

    # In the workspace, with the environment of the caller: a shim chooses by both. -I -S: no variable and no file of the
    # host has a say in what runs, above all no sitecustomize. A virtual environment's interpreter names its base.
    interpreter = _ask(rctx, [
        str(program),
        "-I",
        "-S",
        "-c",
        "import os, sys; print(os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable))",
    ], str(program))
    if not interpreter.startswith("/") or not rctx.path(interpreter).exists:
        _fail(rctx, "{} does not answer as a Python does; asked for its executable, it printed {}".format(program, repr(interpreter)))
    rctx.watch(interpreter)

    env = rctx.which("env")
    facts = json.decode(_ask(
        rctx,
        [str(env), "-i", "LC_ALL=C", interpreter, "-I", "-S", "-B", str(rctx.path(rctx.attr._script))],
        interpreter,
    ))
    reason = problem(facts, rctx.os.arch)
    if reason:
        _fail(rctx, "{} {}".format(interpreter, reason))

    runtime_attributes = []

    # py_test starts by `#!/usr/bin/env python3` else, which may be another one, or nothing.
    if len(interpreter) < 120 and " " not in interpreter:
        runtime_attributes.append("stub_shebang = {},".format(repr("#!" + interpreter)))

    # rules_python's own py_runtime has it, and Bazel's, to which its older versions lead, has not.
    if rctx.path(Label("@rules_python//python:features.bzl")).exists:
        runtime_attributes.append('interpreter_version_info = {{"major": "{}", "minor": "{}"}},'.format(*facts["version_info"]))
    rctx.file("facts.bzl", _FACTS.format(
        full_version = facts["version"],
        headers = repr(facts["headers"]),
        identity = repr(facts["identity"]),
        interpreter = repr(interpreter),
        libc = facts["libc"],
        python_version = python_version(facts),
    ))
    rctx.file("BUILD.bazel", _BUILD.format(
        identity = repr(facts["identity"]),
        host_constraints = Label("@platforms//host:constraints.bzl"),
        interpreter = repr(interpreter),
        libc = facts["libc"],
        platforms = "@@" + Label("@platforms//host:constraints.bzl").repo_name,
        py_runtime = Label("@rules_python//python:py_runtime.bzl"),
        py_runtime_pair = Label("@rules_python//python:py_runtime_pair.bzl"),
        python_toolchain = Label("//rules:python_toolchain.bzl"),
        python_toolchain_type = Label("//rules:python_toolchain_type"),
        python_version = python_version(facts),
        python_version_setting = Label("//rules/settings:python_version.bzl"),
        rules_python_toolchain_type = Label("@rules_python//python:toolchain_type"),
        runtime_attributes = "\n    ".join(runtime_attributes),
    ))

system_python = repository_rule(
    implementation = _system_python_impl,
    doc = """The machine's own interpreter, for `register_toolchains("@NAME//:all")`.

The repository has a toolchain of `@rules_pyproject//rules:python_toolchain_type`, with which backends run, and one of
rules_python's, with which `py_binary` and `py_test` do. `facts.bzl` says what the interpreter is. It is asked again when its
file changes, when PATH does, and when Bazel's server starts.""",
    attrs = {
        "interpreter": attr.string(
            doc = "A program that is looked up on PATH, or an absolute path; empty means python3. A link, a shim of pyenv's and the like, and " +
                  "the interpreter of a virtual environment all stand for the real interpreter behind them.",
            default = "python3",
        ),
        "_script": attr.label(default = ":system_python.py"),
    },
    # What a shim or a link means can change without any file that is watched.
    configure = True,
    local = True,
)
