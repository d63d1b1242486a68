"""What registering an interpreter leads to: the toolchain that resolves, and the archive that it has."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("@machine_python//:facts.bzl", "PYTHON_VERSION")

_TYPE = Label("//rules:python_toolchain_type")

_EXTRA_TOOLCHAINS = "//command_line_option:extra_toolchains"

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
