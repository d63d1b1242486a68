"""The pages of docs/reference: made from the rules, compared by a test, updated by one command."""

load("@bazel_skylib//rules:diff_test.bzl", "diff_test")
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

def reference(name, pages, deps):
    """One page for each .bzl file: a made one, a test that the committed one equals it, and an updater of all.

    Args:
      name: the target that updates the pages in the source tree: `bazel run //docs:NAME`.
      pages: a dict of page name to the label of the .bzl file that it is made from.
      deps: targets of what those files load.
    """
    for page, src in pages.items():
        native.starlark_doc_extract(
            name = page + "_info",
            src = src,
            render_main_repo_name = False,
            deps = deps,
        )
        native.genrule(
            name = page + "_page",
            srcs = [page + "_info"],
            outs = [page + ".made.md"],
            cmd = "$(execpath //tools/reference) {} $(execpath {}_info) $@".format(page, page),
            tools = ["//tools/reference"],
        )
        diff_test(
            name = page + "_test",
            failure_message = "Run tools/bazel run //docs:" + name,
            file1 = "reference/{}.md".format(page),
            file2 = page + ".made.md",
        )
    sh_binary(
        name = name,
        srcs = ["update.sh"],
        args = ["$(rootpath {}.made.md)".format(page) for page in pages],
        data = [page + ".made.md" for page in pages],
    )
