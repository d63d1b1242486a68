"""`pyproject_library`: a wheel that Python rules can depend on."""

load("@rules_python//python:defs.bzl", "PyInfo")
load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:runfiles_path.bzl", "runfiles_path")
load(":providers.bzl", "PyprojectLibraryInfo", "PyprojectWheelInfo")

_HELPER = Label("//rules:toolchain_type")

def _pyproject_library_impl(ctx):
    wheel = ctx.attr.wheel[PyprojectWheelInfo].wheel
    tree = ctx.actions.declare_directory(ctx.label.name + ".tree")
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all([wheel], format_each = "--wheel=%s", expand_directories = False)
    args.add_all([tree], format_each = "--output=%s", expand_directories = False)
    ctx.actions.run(
        executable = ctx.toolchains[_HELPER].helper,
        arguments = ["library", args],
        inputs = [wheel],
        outputs = [tree],
        env = {},
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectLibrary",
        progress_message = "Laying out library %{label}",
        toolchain = _HELPER,
    )

    runfiles = ctx.runfiles([tree]).merge_all(
        [target[DefaultInfo].default_runfiles for target in ctx.attr.deps + ctx.attr.data] +
        [ctx.runfiles(transitive_files = target[DefaultInfo].files) for target in ctx.attr.data],
    )
    return [
        DefaultInfo(files = depset([tree]), runfiles = runfiles),
        PyInfo(
            imports = depset([runfiles_path(ctx, tree)], transitive = [dep[PyInfo].imports for dep in ctx.attr.deps]),
            transitive_sources = depset([tree], transitive = [dep[PyInfo].transitive_sources for dep in ctx.attr.deps]),
        ),
        PyprojectLibraryInfo(tree = tree),
    ]

pyproject_library = rule(
    implementation = _pyproject_library_impl,
    doc = """Lays a wheel out as one import path, for `deps` of `py_library`, `py_binary` and `py_test`.

Packages, their data and the `.dist-info` are there, so that imports, `importlib.resources` and `importlib.metadata` work.
Several libraries may hold parts of one namespace package.""",
    attrs = {
        "data": attr.label_list(
            doc = "Files that the library needs when it runs and that are not in the wheel.",
            allow_files = True,
        ),
        "deps": attr.label_list(
            doc = "Libraries that the wheel needs when it runs: what its metadata calls Requires-Dist.",
            providers = [PyInfo],
        ),
        "wheel": attr.label(
            doc = "The wheel: a `pyproject_wheel`.",
            mandatory = True,
            providers = [PyprojectWheelInfo],
        ),
    },
    toolchains = [_HELPER],
    provides = [PyInfo, PyprojectLibraryInfo],
)
