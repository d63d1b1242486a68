"""What a module writes to build for several Pythons at once: a transition, and the rules that use it.

Outside of this repository the setting is `@rules_pyproject//rules/settings:python_version`.
"""

load("//rules:providers.bzl", "PyprojectWheelInfo")

_PYTHON_VERSION = "//rules/settings:python_version"

_one_python = transition(
    implementation = lambda settings, attr: {_PYTHON_VERSION: attr.python_version},
    inputs = [],
    outputs = [_PYTHON_VERSION],
)

_each_python = transition(
    implementation = lambda settings, attr: {version: {_PYTHON_VERSION: version} for version in attr.python_versions},
    inputs = [],
    outputs = [_PYTHON_VERSION],
)

def _wheels_impl(ctx):
    directories = []
    for version, wheels in ctx.split_attr.wheels.items():
        for wheel in wheels:
            # The same target in another configuration has the same name, so each version gets a directory.
            place = "{}/{}/{}".format(ctx.label.name, version, wheel.label.package.rpartition("/")[2])
            directory = ctx.actions.declare_directory(place)
            ctx.actions.symlink(output = directory, target_file = wheel[PyprojectWheelInfo].wheel)
            directories.append(directory)
    return [DefaultInfo(files = depset(directories), runfiles = ctx.runfiles(directories))]

wheels = rule(
    implementation = _wheels_impl,
    doc = "Wheels for several Pythons: `NAME/VERSION/PACKAGE` is the directory of one wheel.",
    attrs = {
        "python_versions": attr.string_list(
            doc = "The Pythons to build for, such as `3.13`.",
            mandatory = True,
        ),
        "wheels": attr.label_list(
            doc = "The `pyproject_wheel` targets.",
            cfg = _each_python,
            mandatory = True,
            providers = [PyprojectWheelInfo],
        ),
    },
)

def _python_test_impl(ctx):
    test = ctx.attr.test[0][DefaultInfo]
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = test.files_to_run.executable, is_executable = True)
    return [DefaultInfo(executable = executable, runfiles = test.default_runfiles)]

python_test = rule(
    implementation = _python_test_impl,
    doc = "A `py_test`, run by one of several Pythons.",
    test = True,
    attrs = {
        "python_version": attr.string(
            doc = "The Python that the test runs with, and all that it depends on is built for.",
            mandatory = True,
        ),
        "test": attr.label(
            doc = "The `py_test`.",
            cfg = _one_python,
            executable = True,
            mandatory = True,
        ),
    },
)
