"""`pyproject_toolchain`: the helper, for one kind of execution platform."""

def _pyproject_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(
        helper = ctx.attr.helper[DefaultInfo].files_to_run,
        walls = ctx.attr.walls,
    )]

pyproject_toolchain = rule(
    implementation = _pyproject_toolchain_impl,
    doc = """The helper that the actions of these rules run.

Register it for `@rules_pyproject//rules:toolchain_type` with `toolchain()`. The module registers one for the host and one
for every other platform that Go builds for; a project registers its own to use a prebuilt helper on a platform of its own.""",
    attrs = {
        "helper": attr.label(
            doc = "The helper's executable, for the execution platform.",
            allow_files = True,
            executable = True,
            cfg = "exec",
            mandatory = True,
        ),
        "walls": attr.string(
            doc = "The walls that a hook gets on this execution platform while `//rules/settings:walls` is `auto`: " +
                  "`required` (namespaces) or `paths` (plain directories).",
            values = ["required", "paths"],
            mandatory = True,
        ),
    },
    provides = [platform_common.ToolchainInfo],
)
