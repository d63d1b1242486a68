"""`hub`: the repository with one package for each lock."""

def _hub_impl(rctx):
    for path, content in rctx.attr.files.items():
        rctx.file(path, content, executable = False)

hub = repository_rule(
    implementation = _hub_impl,
    doc = """The packages of a `build_environments` tag, as the helper's verb `repositories` described them.

It fetches nothing: its targets name the repositories of single files, which are fetched when a build needs them.""",
    attrs = {
        "files": attr.string_dict(
            mandatory = True,
            doc = "The content of each file, by its path in the repository.",
        ),
    },
)
