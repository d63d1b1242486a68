"""`pyproject_override`: what a user says about build requirements, in the place of those who wrote them."""

load("//rules/private:label_text.bzl", "label_text")
load(":providers.bzl", "PyprojectOverrideInfo")

def _pyproject_override_impl(ctx):
    if bool(ctx.attr.match_runtime) != bool(ctx.file.runtime_lock):
        fail("\n{}: match_runtime names distributions, and runtime_lock is where their versions are: each needs the other.\nPossible fixes:\n  - set both, or neither".format(label_text(ctx.label)))
    said = {name: getattr(ctx.attr, name) for name in OVERRIDE_LISTS if getattr(ctx.attr, name)}
    by = {"label": ctx.attr.title or label_text(ctx.label), "all_projects": ctx.attr.all_projects}
    return [PyprojectOverrideInfo(
        runtime_lock = ctx.file.runtime_lock,
        text = json.encode(by | said) if said else "",
    )]

# The attributes that are lists of requirements or names: what an override says.
OVERRIDE_LISTS = ["add", "constraints", "match_runtime", "relax", "remove", "replace"]

OVERRIDE_ATTRS = {
    "add": attr.string_list(
        doc = "Requirements (PEP 508) that a project has beside its own.",
    ),
    "constraints": attr.string_list(
        doc = "Bounds of versions: `Cython<3`. A constraint asks for nothing: it counts where something else does, in the " +
              "project or in what it requires. A locked version out of bounds is an error of the build. One without a " +
              "version lifts what is said of the name for all projects.",
    ),
    "match_runtime": attr.string_list(
        doc = "Names of distributions whose version has to be that of `runtime_lock`: the project is compiled with the very " +
              "version that it runs with (numpy's ABI). Each of them is a constraint.",
    ),
    "relax": attr.string_list(
        doc = "Names of which any version will do, whatever the project, its hooks or its requirements ask for. Extras and markers stay.",
    ),
    "remove": attr.string_list(
        doc = "Names that are not required, whoever asks for them. To put another distribution into the place of one, remove " +
              "that and add the other.",
    ),
    "replace": attr.string_list(
        doc = "Requirements (PEP 508) that take the place of every requirement of their name, version, extras and marker, " +
              "whoever asks for it: `setuptools<81`. One name several times needs markers.",
    ),
    "runtime_lock": attr.label(
        doc = "The lock that the project runs with, for `match_runtime`, in any of the formats that environments are made from.",
        allow_single_file = True,
    ),
}

pyproject_override = rule(
    implementation = _pyproject_override_impl,
    doc = """Says what build requirements are, in the place of those who wrote them (BE-6).

`overrides = [":NAME"]` of a `pyproject_lock` has the lock resolved with it; the same attribute of `pyproject_wheel`,
`pyproject_sdist` and `pyproject_metadata` has the build hold its environment against what is asked for then. Give both. Overrides
count for what pyproject.toml asks for, for what hooks ask for, and for what the locked distributions require themselves.
The log of the build lists them, and names those that met nothing.

What MODULE.bazel says for all projects (`pyproject_overrides` in extensions.bzl) counts for the names that the target's own overrides do
not speak of. Two overrides of a target that speak of one name, and one that contradicts itself, are errors.""",
    attrs = OVERRIDE_ATTRS | {
        "all_projects": attr.bool(
            doc = "Whether it is weaker than any project's own. MODULE.bazel's is.",
        ),
        "title": attr.string(
            doc = "What messages call it. The default is its label.",
        ),
    },
    provides = [PyprojectOverrideInfo],
)
