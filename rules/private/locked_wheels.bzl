"""`locked_wheels`: the wheels of a distribution of which a lock has hashes, and no file names."""

LockedWheelsInfo = provider(
    doc = "Says that the files of a target are wheels of one locked distribution, of which the interpreter takes one.",
    fields = {},
)

def _locked_wheels_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs)), LockedWheelsInfo()]

locked_wheels = rule(
    implementation = _locked_wheels_impl,
    doc = "The target `wheels` of the repository of such a distribution, which the helper's verb `offer` writes.",
    attrs = {
        "srcs": attr.label_list(
            doc = "The wheels, a small superset of what any one interpreter takes.",
            allow_files = [".whl"],
        ),
    },
    provides = [LockedWheelsInfo],
)
