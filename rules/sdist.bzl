"""`pyproject_sdist`: an sdist from a source tree, built by the project's own backend."""

load("//rules/private:dist.bzl", "add_dist")
load("//rules/private:session.bzl", "HELPER", "SESSION_ATTRS", "SESSION_TOOLCHAINS", "session")
load("//rules/private:source.bzl", "project_subpackages")
load(":providers.bzl", "PyprojectSdistInfo", "PyprojectSessionInfo")

def _pyproject_sdist_impl(ctx):
    log = ctx.actions.declare_file(ctx.label.name + ".log")
    run = session(ctx)
    run.args.add("--log", log)
    sdist = add_dist(ctx, run.args)

    ctx.actions.run(
        executable = run.helper,
        arguments = ["sdist", run.args],
        inputs = run.inputs,
        outputs = [sdist, log] + run.cache.outputs,
        env = run.env,
        execution_requirements = run.execution_requirements,
        mnemonic = "PyprojectSdist",
        progress_message = "Building sdist %{label}",
        toolchain = HELPER,
    )
    return [
        DefaultInfo(files = depset([sdist])),
        OutputGroupInfo(
            log = depset([log]),
            **run.cache.groups
        ),
        run.info,
        PyprojectSdistInfo(
            log = log,
            sdist = sdist,
        ),
    ] + run.cache.providers

pyproject_sdist_rule = rule(
    implementation = _pyproject_sdist_impl,
    doc = """Builds an sdist with the project's own backend, in walls, from locked build requirements.

The output is the directory `NAME.dist` with exactly one file, the sdist under its true name; the `sdist` of a
`pyproject_wheel` takes it as it is. Another output: the group `log` (what the backend printed). The sdist is checked
(SDIST-2: `NAME-VERSION.tar.gz` with the normalised name, one top directory of that name, PKG-INFO and pyproject.toml in it) and
normalised (BYTES-1: order, times, owners and modes) before it is an output.

What a backend asks for to build an sdist (`get_requires_for_build_sdist`) has to be in the lock. A backend that takes the list of
files from version control finds none: it packs what it packs without.""",
    attrs = {name: attribute for name, attribute in SESSION_ATTRS.items() if name not in ["patch_strip", "patches", "sdist"]} | {
        "file_name": attr.string(
            doc = "The sdist's file name, where a rule that takes it needs a single file. The build fails with the true name if " +
                  "this is another. Default: the output is a directory.",
        ),
        "srcs": attr.label_list(
            doc = "The source tree. Each file keeps its place relative to pyproject.toml (to setup.py where there is none). " +
                  "What is not here is not there when the backend runs. A file is executable there if it is a script (`#!`) or a " +
                  "program (ELF), whatever its mode is: Bazel does not carry modes.",
            allow_files = True,
            mandatory = True,
        ),
    },
    fragments = ["cpp"],
    toolchains = SESSION_TOOLCHAINS,
    provides = [PyprojectSdistInfo, PyprojectSessionInfo],
)

def pyproject_sdist(name, other_packages = [], **kwargs):
    """Builds an sdist with the project's own backend: one target of `pyproject_sdist_rule`.

    As with `pyproject_wheel`, the macro is here because only it can see the packages below the project, whose files `glob`
    leaves out without a word.

    Args:
      name: the target's name; the sdist is in `NAME.dist`.
      other_packages: packages below this one that are not of the project, relative to it: `docs`, `examples/**`.
      **kwargs: the attributes of `pyproject_sdist_rule`.
    """
    pyproject_sdist_rule(
        name = name,
        subpackages = project_subpackages(other_packages),
        **kwargs
    )
