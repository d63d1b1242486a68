"""What the Python toolchain of a configuration is, as values that `select` can ask for.

No flag says it: rules_python's own has a default that need not be what resolution picks, and a registered runtime sets
none. A rule on the toolchain that returns `FeatureFlagInfo` does, in every configuration, the exec one included.
"""

_TYPE = Label("//rules:python_toolchain_type")

def _resolved_python_impl(ctx):
    return [config_common.FeatureFlagInfo(value = ctx.toolchains[_TYPE].python.version)]

resolved_python = rule(
    implementation = _resolved_python_impl,
    doc = "The version of the resolved Python toolchain: \"3.13\", or \"3.13t\" for a free-threaded interpreter.",
    toolchains = [_TYPE],
)

def _resolved_libc_impl(ctx):
    return [config_common.FeatureFlagInfo(value = ctx.toolchains[_TYPE].python.libc)]

resolved_libc = rule(
    implementation = _resolved_libc_impl,
    doc = "The C library of the resolved Python toolchain: \"gnu\", \"musl\" or \"none\".",
    toolchains = [_TYPE],
)
