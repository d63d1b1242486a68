"""`pyproject_cold_equals_warm_test`: what the cache directory promises, held against a project's own history."""

load("//rules/private:session.bzl", "HELPER")
load(":providers.bzl", "PyprojectSessionInfo")

def _pyproject_cold_equals_warm_test_impl(ctx):
    run = ctx.attr.wheel[PyprojectSessionInfo]
    verdict = ctx.actions.declare_file(ctx.label.name)
    session = ctx.actions.args()
    session.add(run.params, format = "@%s")
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add_all(run.flags)
    args.add_all(ctx.files.revisions, format_each = "--revision=%s")
    args.add(ctx.attr.revision_strip, format = "--revision-strip=%s")
    args.add(verdict, format = "--verdict=%s")

    # The builds are an action, for they read what actions read. The test says how they ended.
    ctx.actions.run(
        executable = run.helper,
        arguments = ["replay", session, args],
        inputs = depset([run.params] + ctx.files.revisions, transitive = [run.inputs]),
        outputs = [verdict],
        env = run.env,
        execution_requirements = {"block-network": ""},
        mnemonic = "PyprojectReplay",
        progress_message = "Replaying revisions warm and cold %{label}",
        toolchain = HELPER,
    )
    return [DefaultInfo(executable = verdict)]

pyproject_cold_equals_warm_test = rule(
    implementation = _pyproject_cold_equals_warm_test_impl,
    doc = """Fails when a warm build makes another wheel than a cold one (CACHE-6).

The wheel's source is built as it is, once more with nothing edited, after each patch of `revisions`, and at last as it was at first: warm, one
after the other with one cache directory and one store, as `--config=incremental` does, and each of them cold as well. The
wheels have to be equal byte by byte. Times of the source's files are made to mislead: they mean nothing to a build.

A failure lists what differs in which revision, and who is to blame: the adapter that kept the backend's build directory, the backend that took
`cache_directory`, or neither, where two cold builds differ as well. A revision that can't be built at all is an error,
and so is a wheel of which nothing is kept from build to build.

Each revision is built twice. The builds are an action, `PyprojectReplay`, so `bazel build` of the test runs them; tag it `manual` where that is
too slow.""",
    attrs = {
        "revision_strip": attr.int(
            doc = "How many directories are taken off the names in the patches, the a/ and b/ of git among them.",
            default = 1,
        ),
        "revisions": attr.label_list(
            doc = "Patches, each of which makes the next revision of the one before it: unified diffs that fit exactly, with names relative to the top of " +
                  "the source tree, or of the sdist. They may add, delete and rename files.",
            allow_empty = False,
            allow_files = [
                ".diff",
                ".patch",
            ],
            mandatory = True,
        ),
        "wheel": attr.label(
            doc = "The wheel whose build is replayed: a `pyproject_wheel`. It is not built itself.",
            mandatory = True,
            providers = [PyprojectSessionInfo],
        ),
    },
    test = True,
    toolchains = [HELPER],
)
