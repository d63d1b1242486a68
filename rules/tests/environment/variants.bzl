"""A wheel of somebody else's configuration: with other walls, or another interpreter."""

_EXTRA_TOOLCHAINS = "//command_line_option:extra_toolchains"
_WALLS = "//rules/settings:walls"

INTERPRETERS = {
    "in_build": [str(Label("@debian_python_3_13//:python_toolchain"))],
    "system": [str(Label("@machine_python//:python_toolchain"))],
}

_variant_transition = transition(
    # The exec configuration of the build environment keeps the toolchains, so that it agrees with the wheel's.
    implementation = lambda settings, attr: {
        _EXTRA_TOOLCHAINS: INTERPRETERS[attr.interpreter],
        _WALLS: attr.walls,
    },
    inputs = [],
    outputs = [_EXTRA_TOOLCHAINS, _WALLS],
)

def _variant_impl(ctx):
    target = ctx.attr.target[0]
    providers = [target[DefaultInfo]]
    if OutputGroupInfo in target:
        providers.append(target[OutputGroupInfo])
    return providers

variant = rule(
    implementation = _variant_impl,
    doc = "The outputs of another target, built with certain walls and a certain interpreter.",
    attrs = {
        "interpreter": attr.string(
            doc = "Which interpreter the backend runs with: `in_build` or `system`.",
            default = "system",
            values = INTERPRETERS.keys(),
        ),
        "target": attr.label(
            doc = "The target.",
            cfg = _variant_transition,
            mandatory = True,
        ),
        "walls": attr.string(
            doc = "The kind of walls.",
            default = "required",
            values = ["paths", "required"],
        ),
    },
)
