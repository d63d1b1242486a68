"""`overrides`: what MODULE.bazel says about the build requirements of all projects."""

_BUILD = """load("{rule}", "pyproject_override")

pyproject_override(
    name = "overrides",
    all_projects = True,
    title = "MODULE.bazel",
    visibility = ["//visibility:public"],
{attributes})
"""

def _overrides_impl(rctx):
    attributes = "".join([
        "    {} = {},\n".format(name, repr(values))
        for name, values in sorted(rctx.attr.said.items())
    ])
    if rctx.attr.runtime_lock:
        attributes += "    runtime_lock = {},\n".format(repr(rctx.attr.runtime_lock))
    rctx.file("BUILD.bazel", _BUILD.format(attributes = attributes, rule = str(Label("//rules:override.bzl"))), executable = False)

overrides = repository_rule(
    implementation = _overrides_impl,
    doc = "The target of the tag `pyproject_overrides.all_projects`, which says nothing where there is no such tag.",
    attrs = {
        "runtime_lock": attr.string(
            doc = "The label of the lock that the projects run with, in its canonical form.",
        ),
        "said": attr.string_list_dict(
            doc = "The lists of a `pyproject_override`, by the names of its attributes.",
        ),
    },
)
