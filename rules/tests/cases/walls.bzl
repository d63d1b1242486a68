"""`in_walls_of_paths`: a wheel as it is built where namespaces are refused, to compare its bytes."""

_WALLS = str(Label("//rules/settings:walls"))

_paths = transition(
    implementation = lambda settings, attr: {_WALLS: "paths"},
    inputs = [],
    outputs = [_WALLS],
)

in_walls_of_paths = rule(
    implementation = lambda ctx: [DefaultInfo(files = ctx.attr.wheel[0][DefaultInfo].files)],
    doc = "The outputs of a wheel built with `walls = paths`, whatever the execution platform allows.",
    attrs = {
        "wheel": attr.label(
            doc = "A `pyproject_wheel`.",
            cfg = _paths,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
