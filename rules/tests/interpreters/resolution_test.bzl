"""What registering an interpreter leads to: the toolchain that resolves, and the archive that it has."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@machine_python//:facts.bzl", "PYTHON_VERSION")

_TYPE = Label("//rules:python_toolchain_type")

_EXTRA_TOOLCHAINS = "//command_line_option:extra_toolchains"

_ASKED = str(Label("//rules/settings:python_version"))

_MACHINE = [str(Label("@machine_python//:python_toolchain"))]

_DEBIAN = [str(Label("@debian_python_3_13//:python_toolchain"))]

# Debian's interpreter as rules_python has it, thousands of files, and our default toolchain, which packs them.
_PACKED = [
    str(Label("@debian_python_3_13//runtime:runtime_toolchain")),
    str(Label("//rules/toolchains:python_linux")),
]

def _versions_agree(ctx, expected):
    env = analysistest.begin(ctx)
    asserts.equals(env, expected, analysistest.target_under_test(env)[config_common.FeatureFlagInfo].value)
    return analysistest.end(env)

machine_python_resolves_test = analysistest.make(
    lambda ctx: _versions_agree(ctx, PYTHON_VERSION),
    config_settings = {_EXTRA_TOOLCHAINS: _MACHINE},
)

debian_python_resolves_test = analysistest.make(
    lambda ctx: _versions_agree(ctx, "3.13"),
    config_settings = {_EXTRA_TOOLCHAINS: _DEBIAN},
)

packed_python_resolves_test = analysistest.make(
    lambda ctx: _versions_agree(ctx, "3.13"),
    config_settings = {_EXTRA_TOOLCHAINS: _PACKED},
)

# The toolchains are those that the workspace has registered.
debian_python_asked_for_test = analysistest.make(
    lambda ctx: _versions_agree(ctx, "3.13"),
    config_settings = {_ASKED: "3.13"},
)

other_python_asked_for_test = analysistest.make(
    lambda ctx: _versions_agree(ctx, "3.15"),
    config_settings = {_ASKED: "3.15"},
)

def _refused_test_impl(ctx):
    env = analysistest.begin(ctx)
    for part in [
        "//rules/settings:python_version asks for Python 3.9, and no toolchain for it is registered",
        "what resolves is @machine_python//:python, which is Python " + PYTHON_VERSION,
        "pyproject.system_python(interpreter = \"/usr/bin/python3.9\")",
        "set @rules_python//python/config_settings:python_version instead",
    ]:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

refused_python_test = analysistest.make(
    _refused_test_impl,
    config_settings = {_ASKED: "3.9"},
    expect_failure = True,
)

def _unreadable_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.expect_failure(env, "python_version is \"3.13.5\", and a major and minor version is expected: 3.13, or 3.13t")
    return analysistest.end(env)

unreadable_python_test = analysistest.make(
    _unreadable_test_impl,
    config_settings = {_ASKED: "3.13.5"},
    expect_failure = True,
)

_packed = transition(
    implementation = lambda settings, attr: {_EXTRA_TOOLCHAINS: _PACKED},
    inputs = [],
    outputs = [_EXTRA_TOOLCHAINS],
)

def _packed_archive_impl(ctx):
    archive = ctx.actions.declare_file(ctx.label.name + ".tar")
    ctx.actions.symlink(output = archive, target_file = ctx.toolchains[_TYPE].python.archive)
    return [DefaultInfo(files = depset([archive]))]

packed_archive = rule(
    implementation = _packed_archive_impl,
    doc = "The archive that the helper makes of rules_python's interpreter.",
    cfg = _packed,
    toolchains = [_TYPE],
)
