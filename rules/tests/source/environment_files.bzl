"""`environment_files`: what a build environment is made of, for tests."""

load("//rules:providers.bzl", "BuildEnvironmentInfo")

def _environment_files_impl(ctx):
    environment = ctx.attr.environment[BuildEnvironmentInfo]
    return [DefaultInfo(files = depset([environment.info], transitive = [environment.wheels]))]

environment_files = rule(
    implementation = _environment_files_impl,
    doc = "The wheels of a build environment, and its description.",
    attrs = {
        "environment": attr.label(
            doc = "The build environment.",
            cfg = "exec",
            mandatory = True,
            providers = [BuildEnvironmentInfo],
        ),
    },
)
