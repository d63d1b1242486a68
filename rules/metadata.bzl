"""`pyproject_metadata`: a wheel's metadata, without building the wheel where the backend can tell them."""

load("//rules/private:label_text.bzl", "label_text")
load("//rules/private:session.bzl", "HELPER", "SESSION_ATTRS", "SESSION_TOOLCHAINS", "session")
load("//rules/private:source.bzl", "project_subpackages")
load(":providers.bzl", "PyprojectMetadataInfo", "PyprojectSessionInfo", "PyprojectWheelInfo")

def _match(ctx, directory):
    """The validation action: the metadata against those of the wheel (HOOK-3)."""
    of_wheel = ctx.attr.wheel[PyprojectWheelInfo].metadata
    differences = ctx.actions.declare_file(ctx.label.name + ".differences")
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all([directory], format_each = "--metadata=%s", expand_directories = False)
    args.add_all([of_wheel], format_each = "--wheel-metadata=%s", expand_directories = False)
    args.add(ctx.attr.mismatch, format = "--mismatch=%s")
    args.add(differences, format = "--output=%s")
    ctx.actions.run(
        executable = ctx.toolchains[HELPER].helper,
        arguments = ["metadata-match", args],
        inputs = [directory, of_wheel],
        outputs = [differences],
        env = {},
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectMetadataMatch",
        progress_message = "Comparing metadata %{label}",
        toolchain = HELPER,
    )
    return differences

def _pyproject_metadata_impl(ctx):
    name = ctx.label.name
    directory = ctx.actions.declare_directory(name + ".dist-info")
    info = PyprojectMetadataInfo(
        directory = directory,
        entry_points = ctx.actions.declare_file(name + ".entry_points.txt"),
        log = ctx.actions.declare_file(name + ".log"),
        metadata = ctx.actions.declare_file(name + ".METADATA"),
        requirements = ctx.actions.declare_file(name + ".requirements.txt"),
    )
    run = session(ctx, ["--sdist-metadata=" + ctx.attr.sdist_metadata])
    run.args.add("--log", info.log)
    run.args.add("--metadata-file", info.metadata)
    run.args.add("--entry-points", info.entry_points)
    run.args.add("--requirements", info.requirements)
    run.args.add_all("--output", [directory], expand_directories = False)

    ctx.actions.run(
        executable = run.helper,
        arguments = ["metadata", run.args],
        inputs = run.inputs,
        outputs = [directory, info.entry_points, info.log, info.metadata, info.requirements] + run.cache.outputs,
        env = run.env,
        execution_requirements = run.execution_requirements,
        mnemonic = "PyprojectMetadata",
        progress_message = "Preparing metadata %{label}",
        toolchain = HELPER,
    )
    return [
        DefaultInfo(files = depset([directory, info.entry_points, info.metadata, info.requirements])),
        OutputGroupInfo(
            entry_points = depset([info.entry_points]),
            log = depset([info.log]),
            metadata = depset([info.metadata]),
            requirements = depset([info.requirements]),
            _validation = depset([_match(ctx, directory)] if ctx.attr.wheel else []),
            **run.cache.groups
        ),
        run.info,
        info,
    ] + run.cache.providers

pyproject_metadata_rule = rule(
    implementation = _pyproject_metadata_impl,
    doc = """Finds out a wheel's metadata (HOOK-3): name, version, run-time requirements, entry points.

A backend that has `prepare_metadata_for_build_wheel` tells them without compiling anything. Of one that has not, or that leaves
out entry points which `[project]` declares (hatchling does), the wheel is built, and checked, in the same action. The outputs: the directory `NAME.dist-info` with what the wheel's `.dist-info` would hold,
RECORD excepted; `NAME.METADATA`; `NAME.entry_points.txt`, empty where there are none; `NAME.requirements.txt`, the Requires-Dist
fields as they are, one a line. The output groups `metadata`, `entry_points`, `requirements` and `log` have one of them each.""",
    attrs = SESSION_ATTRS | {
        "mismatch": attr.string(
            doc = "What it is when the metadata are not those of `wheel`: an `error`, which shows the differences, or a `warning`.",
            default = "error",
            values = ["error", "warning"],
        ),
        "sdist_metadata": attr.string(
            doc = "What it is when the metadata differ from what the PKG-INFO of the sdist promises (SDIST-3, PEP 643): an `error` or a `warning`.",
            default = "error",
            values = ["error", "warning"],
        ),
        "wheel": attr.label(
            doc = "The `pyproject_wheel` of the same source. If it is named, a validation action compares: every file that was " +
                  "prepared has to be the same in the wheel, WHEEL and RECORD excepted.",
            providers = [PyprojectWheelInfo],
        ),
    },
    fragments = ["cpp"],
    toolchains = SESSION_TOOLCHAINS,
    provides = [PyprojectMetadataInfo, PyprojectSessionInfo],
)

def pyproject_metadata(name, other_packages = [], **kwargs):
    """Finds out a wheel's metadata: one target of `pyproject_metadata_rule`.

    As with `pyproject_wheel`, the macro is here because only it can see the packages below the project, whose files `glob`
    leaves out without a word.

    Args:
      name: the target's name, with which the outputs' names begin.
      other_packages: packages below this one that are not of the project, relative to it: `docs`, `examples/**`.
      **kwargs: the attributes of `pyproject_metadata_rule`.
    """
    pyproject_metadata_rule(
        name = name,
        subpackages = [] if kwargs.get("sdist") else project_subpackages(other_packages),
        **kwargs
    )
