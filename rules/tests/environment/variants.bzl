"""A wheel of somebody else's configuration: with other walls, or another interpreter."""

load("//rules:providers.bzl", "PyprojectSessionInfo", "PyprojectWheelInfo")

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
    # Outputs of one target in two configurations have one place in runfiles; a link has its own.
    wheel = ctx.attr.target[0][PyprojectWheelInfo].wheel
    link = ctx.actions.declare_directory(ctx.label.name + ".dist")
    ctx.actions.symlink(output = link, target_file = wheel)
    return [
        DefaultInfo(files = depset([link])),
        ctx.attr.target[0][PyprojectSessionInfo],
    ]

variant = rule(
    implementation = _variant_impl,
    doc = "A wheel of another target, built with certain walls and a certain interpreter.",
    attrs = {
        "interpreter": attr.string(
            doc = "Which interpreter the backend runs with: `in_build` or `system`.",
            default = "system",
            values = INTERPRETERS.keys(),
        ),
        "target": attr.label(
            doc = "The wheel, whose output is a directory.",
            cfg = _variant_transition,
            mandatory = True,
            providers = [PyprojectWheelInfo, PyprojectSessionInfo],
        ),
        "walls": attr.string(
            doc = "The kind of walls.",
            default = "required",
            values = ["paths", "required"],
        ),
    },
)
