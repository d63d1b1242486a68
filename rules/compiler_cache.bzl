"""`pyproject_compiler_cache`: ccache, for builds whose cache directory is kept."""

load("//rules/private:label_text.bzl", "label_text")

def _pyproject_compiler_cache_impl(ctx):
    if bool(ctx.attr.ccache_path) == bool(ctx.file.ccache):
        fail("\n{}: ccache is either a program of the build or a path on the execution machine. Possible fixes: set one of `ccache` and `ccache_path`.".format(label_text(ctx.label)))
    if ctx.attr.ccache_path and not ctx.attr.ccache_path.startswith("/"):
        fail("\n{}: ccache_path is {}, and a relative path means another program in every directory. Possible fixes: write an absolute path; use `ccache` for a program that the build holds.".format(label_text(ctx.label), repr(ctx.attr.ccache_path)))
    return [platform_common.ToolchainInfo(ccache = ctx.file.ccache or ctx.attr.ccache_path)]

pyproject_compiler_cache = rule(
    implementation = _pyproject_compiler_cache_impl,
    doc = """ccache, for `@rules_pyproject//rules:compiler_cache_toolchain_type`.

Where one is registered, and a build keeps its cache directory, whatever backends compile with CC and CXX is looked up in
the cache directory first, by the preprocessed source. Other builds do not use it. A wheel has the same bytes with it and without.""",
    attrs = {
        "ccache": attr.label(
            doc = "ccache as a program that the build holds, one file, for the execution platform.",
            allow_single_file = True,
            cfg = "exec",
        ),
        "ccache_path": attr.string(
            doc = "ccache on the execution machine: its absolute path. Where it is missing builds go on without it, and their log says so.",
        ),
    },
    provides = [platform_common.ToolchainInfo],
)
