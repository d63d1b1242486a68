"""Which interpreters are registered for backends. Resolution gives one in each configuration; these look in several."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules:providers.bzl", "PyprojectPythonInfo")
load(":asked_python.bzl", "SURVEY")

_ASKED = "//rules/settings:python_version"
_PYTHON = Label("//rules:python_toolchain_type")

# Those that may be registered: what `build_environments` declares files for, and more would do no harm.
_KNOWN = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.13t", "3.14t", "3.15t"]

def _each_python_impl(_, attr):
    # A version that is named has to be there; the others are tried. (Bazel 7 crashes on a key "".)
    return {
        version: {_ASKED: version, SURVEY: not attr.python_versions}
        for version in attr.python_versions or _KNOWN
    }

_each_python = transition(
    implementation = _each_python_impl,
    inputs = [],
    outputs = [_ASKED, SURVEY],
)

def _resolved_interpreter_impl(ctx):
    toolchain = ctx.toolchains[_PYTHON]
    return [toolchain.python] if toolchain and toolchain.python else []

resolved_interpreter = rule(
    implementation = _resolved_interpreter_impl,
    doc = "The interpreter of the Python toolchain of its configuration, or nothing where a survey finds none.",
    toolchains = [config_common.toolchain_type(_PYTHON, mandatory = False)],
)

survey_flag = rule(
    implementation = lambda ctx: [BuildSettingInfo(value = ctx.build_setting_value)],
    doc = "Whether toolchains are looked at that are not what is asked for.",
    build_setting = config.bool(),
)

REGISTERED_PYTHONS_ATTRS = {
    "python_versions": attr.string_list(
        doc = "The Pythons whose interpreters hooks are asked with, such as `3.13`, beside that of the configuration: those that " +
              "`@rules_pyproject//rules/settings:python_version` picks. The default is every one that is registered.",
    ),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
    "_interpreters": attr.label(
        default = "//rules/private:resolved_interpreter",
        cfg = _each_python,
    ),
}

def registered_pythons(ctx):
    """The interpreters that are registered, each version once, that of the configuration first.

    Args:
      ctx: the context of a rule that has REGISTERED_PYTHONS_ATTRS.
    Returns:
      A list of PyprojectPythonInfo.
    """
    found = {}
    own = ctx.toolchains[_PYTHON].python
    found[own.version] = own
    for version in ctx.attr.python_versions or _KNOWN:
        target = ctx.split_attr._interpreters[version]
        if PyprojectPythonInfo in target:
            python = target[PyprojectPythonInfo]
            found.setdefault(python.version, python)
    return found.values()
