"""`pyproject_wheel`: a wheel from a source tree or an sdist, built by the project's own backend."""

load("//rules/private:dist.bzl", "add_dist")
load("//rules/private:session.bzl", "HELPER", "SESSION_ATTRS", "SESSION_TOOLCHAINS", "session")
load("//rules/private:source.bzl", "project_subpackages")
load(":providers.bzl", "PyprojectSessionInfo", "PyprojectWheelInfo")

def _pyproject_wheel_impl(ctx):
    log = ctx.actions.declare_file(ctx.label.name + ".log")
    metadata = ctx.actions.declare_directory(ctx.label.name + ".metadata")
    run = session(ctx, [
        "--native-extensions=" + ctx.attr.native_extensions,
        "--sdist-metadata=" + ctx.attr.sdist_metadata,
    ])
    run.args.add("--log", log)
    run.args.add_all("--metadata", [metadata], expand_directories = False)
    wheel = add_dist(ctx, run.args)

    ctx.actions.run(
        executable = run.helper,
        arguments = ["wheel", run.args],
        inputs = run.inputs,
        outputs = [wheel, log, metadata] + run.cache.outputs,
        env = run.env,
        execution_requirements = run.execution_requirements,
        mnemonic = "PyprojectWheel",
        progress_message = "Building wheel %{label}",
        toolchain = HELPER,
    )
    return [
        DefaultInfo(files = depset([wheel])),
        OutputGroupInfo(
            log = depset([log]),
            metadata = depset([metadata]),
            **run.cache.groups
        ),
        run.info,
        PyprojectWheelInfo(
            log = log,
            metadata = metadata,
            wheel = wheel,
        ),
    ] + run.cache.providers

pyproject_wheel_rule = rule(
    implementation = _pyproject_wheel_impl,
    doc = """Builds a wheel with the project's own backend, in walls, from locked build requirements.

The output is the directory `NAME.dist` with exactly one file, the wheel under its true name: tag and version are known only
when the backend has run. Other outputs: the group `log` (what the backend printed) and the group `metadata` (the wheel's
`.dist-info`). The wheel is checked (HOOK-6) and normalised (BYTES-1) before it is an output.""",
    attrs = SESSION_ATTRS | {
        "file_name": attr.string(
            doc = "The wheel's file name, where a rule that takes it needs a single file. The build fails with the true name " +
                  "if this is another. Default: the output is a directory.",
        ),
        "native_extensions": attr.string(
            doc = "Whether the wheel holds native code (HOOK-7): `auto` (what its tags say), `required` (a build that fell back " +
                  "to pure Python fails and shows the compiler's output) or `forbidden`.",
            default = "auto",
            values = ["auto", "required", "forbidden"],
        ),
        "sdist_metadata": attr.string(
            doc = "What it is when the wheel's metadata differ from what the PKG-INFO of the sdist promises (SDIST-3, PEP 643): " +
                  "an `error`, or, for a published sdist whose backend writes more than its author's did, a `warning`.",
            default = "error",
            values = ["error", "warning"],
        ),
    },
    fragments = ["cpp"],
    toolchains = SESSION_TOOLCHAINS,
    provides = [PyprojectWheelInfo, PyprojectSessionInfo],
)

def pyproject_wheel(name, other_packages = [], **kwargs):
    """Builds a wheel with the project's own backend: one target of `pyproject_wheel_rule`.

    The macro is here for one reason: only it can see the packages below the project, whose files `glob` leaves out without
    a word. Those that `srcs` hold no file of are an error, unless they are named in `other_packages`.

    Args:
      name: the target's name; the wheel is in `NAME.dist`.
      other_packages: packages below this one that are not of the project, relative to it: `docs`, `examples/**`.
      **kwargs: the attributes of `pyproject_wheel_rule`.
    """
    pyproject_wheel_rule(
        name = name,
        subpackages = [] if kwargs.get("sdist") else project_subpackages(other_packages),
        **kwargs
    )
