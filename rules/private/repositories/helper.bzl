"""`helper`: the helper's executable for the host, prebuilt or built from source."""

def _helper_impl(rctx):
    if rctx.attr.prebuilt:
        rctx.watch(rctx.attr.prebuilt)
        rctx.symlink(rctx.attr.prebuilt, "pyproject")
    elif rctx.attr.urls:
        rctx.download(url = rctx.attr.urls, output = "pyproject", sha256 = rctx.attr.sha256, executable = True)
    else:
        # A label here rather than in an attribute: Bazel would fetch an attribute's repository, and with it a Go SDK,
        # for a prebuilt helper as well.
        built = rctx.path(Label("@rules_pyproject_helper_from_source//:pyproject"))
        rctx.watch(built)
        rctx.symlink(built, "pyproject")
    result = rctx.execute([rctx.path("pyproject"), "version"], timeout = 60)
    if result.return_code != 0:
        fail(("\nrules_pyproject: the helper does not run on this machine: {}\n" +
              "Possible fixes:\n" +
              "  - make the file of `pyproject_helper.prebuilt` executable, and see that it is made for this system and CPU\n" +
              "  - remove that tag, and the helper is built from source").format(result.stderr.strip() or "exit code %d" % result.return_code))
    rctx.file("BUILD.bazel", """exports_files(["pyproject"])
""")

helper = repository_rule(
    implementation = _helper_impl,
    doc = "The helper's executable for the host, as `:pyproject`. Without a prebuilt one it is built from source.",
    attrs = {
        "prebuilt": attr.label(
            doc = "A prebuilt helper for the host.",
        ),
        "sha256": attr.string(
            doc = "The SHA-256 of the file at `urls`.",
        ),
        "urls": attr.string_list(
            doc = "Where a prebuilt helper for the host is.",
        ),
    },
)
