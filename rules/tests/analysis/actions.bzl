"""The shape of the actions: inputs, environment, outputs; and which walls an execution platform leads to."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "PyprojectWheelInfo")

_FEW_DOZEN = 60

def _action(env, mnemonic):
    found = [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]
    asserts.equals(env, 1, len(found), "one action " + mnemonic)
    return found[0]

def _names(files):
    return [file.basename for file in files]

def _check_environment(env, action):
    # All that an action knows of the machine is which interpreter it has.
    asserts.equals(env, [], [name for name in action.env if name != "PYPROJECT_INTERPRETER"])

def _wheel_action_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    action = _action(env, "PyprojectWheel")
    inputs = action.inputs.to_list()
    sources = [file for file in inputs if file.is_source and file.path.startswith("rules/tests/session/extension/")]
    asserts.equals(env, ["__init__.py", "_speed.c", "pyproject.toml", "setup.py"], sorted(_names(sources)))
    asserts.true(env, len(inputs) - len(sources) <= _FEW_DOZEN, "{} inputs beside the sources: {}".format(len(inputs), _names(inputs)))

    # The environment is one archive and its description, never a tree of files.
    asserts.equals(env, [], [file for file in inputs if file.is_directory or file.basename.endswith(".whl")])
    asserts.equals(env, ["setuptools.json", "setuptools.tar"], sorted([name for name in _names(inputs) if name.startswith("setuptools.")]))
    _check_environment(env, action)
    asserts.equals(env, "wheel", action.argv[1])

    label = target.label.name
    asserts.equals(env, [label + ".dist", label + ".log", label + ".metadata"], sorted(_names(action.outputs.to_list())))
    asserts.equals(env, [label + ".dist"], _names(target[DefaultInfo].files.to_list()))
    asserts.true(env, target[DefaultInfo].files.to_list()[0].is_directory)
    asserts.equals(env, [label + ".log"], _names(target[OutputGroupInfo].log.to_list()))
    asserts.equals(env, [label + ".metadata"], _names(target[OutputGroupInfo].metadata.to_list()))
    return analysistest.end(env)

wheel_action_test = analysistest.make(
    _wheel_action_test_impl,
    doc = "PyprojectWheel has a few dozen inputs beside its sources, a closed environment, and the outputs that docs name.",
)

def _environment_action_test_impl(ctx):
    env = analysistest.begin(ctx)
    action = _action(env, "PyprojectEnvironment")
    inputs = action.inputs.to_list()
    asserts.true(env, len(inputs) <= _FEW_DOZEN, "{} inputs: {}".format(len(inputs), _names(inputs)))
    asserts.true(env, [name for name in _names(inputs) if name.endswith(".whl")])
    _check_environment(env, action)
    return analysistest.end(env)

environment_action_test = analysistest.make(
    _environment_action_test_impl,
    doc = "PyprojectEnvironment has the locked files, the lock, and a closed environment.",
)

def _file_name_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    files = target[DefaultInfo].files.to_list()
    asserts.equals(env, ["partial-1.0-py3-none-any.whl"], _names(files))
    asserts.false(env, files[0].is_directory)
    asserts.equals(env, files[0], target[PyprojectWheelInfo].wheel)
    return analysistest.end(env)

file_name_test = analysistest.make(
    _file_name_test_impl,
    doc = "With `file_name` the output is one file.",
)

def _sources_test_impl(ctx):
    env = analysistest.begin(ctx)
    inputs = _action(env, "PyprojectWheel").inputs.to_list()
    asserts.equals(env, ctx.attr.has_inner, "inner.py" in _names(inputs))
    return analysistest.end(env)

sources_test = analysistest.make(
    _sources_test_impl,
    attrs = {"has_inner": attr.bool(
        doc = "Whether the sub-package's file is a source.",
    )},
    doc = "A wheel with a package below it is made with that package's files, or without.",
)

_HELPER = Label("//rules:toolchain_type")

def _resolved_walls_impl(ctx):
    return [config_common.FeatureFlagInfo(value = ctx.toolchains[_HELPER].walls)]

resolved_walls = rule(
    implementation = _resolved_walls_impl,
    doc = "The walls of the toolchain that resolves for the execution platform.",
    toolchains = [_HELPER],
)

def _walls_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, ctx.attr.expected, analysistest.target_under_test(env)[config_common.FeatureFlagInfo].value)
    return analysistest.end(env)

_WALLS_ATTRS = {"expected": attr.string(
    doc = "The walls.",
    mandatory = True,
)}

host_walls_test = analysistest.make(
    _walls_test_impl,
    attrs = _WALLS_ATTRS,
    doc = "The host has the walls that it was found to allow.",
)

refused_walls_test = analysistest.make(
    _walls_test_impl,
    attrs = _WALLS_ATTRS,
    config_settings = {"//command_line_option:extra_execution_platforms": [str(Label("//rules/tests/analysis:refusing"))]},
    doc = "An execution platform that refuses namespaces has walls that are paths.",
)
