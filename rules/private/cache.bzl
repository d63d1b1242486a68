"""The cache directory of a session (CACHE-1 to CACHE-9): what it starts with, what becomes of it, and which actions may be warm."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules:providers.bzl", "PyprojectCacheInfo")
load(":label_text.bzl", "label_text")
load(":source.bzl", "project_identity")

CACHE_ATTRS = {
    "cache_input": attr.label(
        doc = "A cache directory to start with, in the place of an empty one: a target of the same project with `cache_output`, or " +
              "an archive that such a target made, on another machine for example. One that was made with something else than " +
              "this build has (CACHE-4), or that is damaged, is not used, and the log says why; a target of another project is an error. " +
              "An sdist is a project of its own, one of a `pyproject_sdist` as well: it unpacks to another directory than its tree is in, and build directories hold paths.",
        allow_files = True,
    ),
    "cache_output": attr.bool(
        doc = "Whether the cache directory, as the session leaves it, is an output: the archive `NAME.cache.tar`, in the output group " +
              "`cache`. It is no part of what has the same bytes every time: it holds modification times, and what the backend keeps.",
    ),
    "_cold_equals_warm": attr.label(
        default = "//rules/settings:cold_equals_warm",
        providers = [BuildSettingInfo],
    ),
    "_incremental": attr.label(
        default = "//rules/settings:incremental",
        providers = [BuildSettingInfo],
    ),
}

# What Bazel is told of an action. Cold: nothing is kept, and no network. Warm: a worker keeps the directory, so the result may reach no cache that
# others read (worker and sandbox have one key there), nor come from one; and the directory is here, so that a remote executor could only build cold what
# then counts as warm. A sandboxed worker's request ends by the user's interrupt only where it
# can be cancelled, and with --experimental_worker_cancellation.
_COLD = {"block-network": ""}
_WARM = {
    "block-network": "",
    "no-cache": "",
    "no-remote-exec": "",
    "requires-worker-protocol": "json",
    "supports-worker-cancellation": "1",
    "supports-workers": "1",
}

def _input(ctx, project):
    """The archive to start with, or None."""
    target = ctx.attr.cache_input
    if not target:
        return None
    if PyprojectCacheInfo in target:
        info = target[PyprojectCacheInfo]
        if info.project != project:
            fail("""
{label}: cache_input is {input}, a cache of the project {other}, and this is {project}.
A cache directory belongs to one project, and an sdist is another than the tree that it was made of: it unpacks to other paths.
Possible fixes: name a target of {project} that has cache_output = True; leave cache_input out.""".format(
                label = label_text(ctx.label),
                input = label_text(target.label),
                other = info.project,
                project = project,
            ))
        return info.archive
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1 or files[0].is_directory:
        fail("{}: cache_input is {}, which has no cache. Possible fixes: set cache_output = True there; name the archive of a cache, one file.".format(label_text(ctx.label), label_text(target.label)))
    return files[0]

def add_cache(ctx, args):
    """Adds what the cache directory starts with, and what becomes of it.

    Args:
      ctx: the context of a rule that has CACHE_ATTRS and a source.
      args: the `Args` of the session.
    Returns:
      A struct: `inputs` and `outputs` (lists of File), `groups` (a dict for OutputGroupInfo), `providers` (a list), and
      `execution_requirements` (a dict).
    """
    project = project_identity(ctx)
    args.add(project, format = "--cache-project=%s")
    args.add(ctx.bin_dir.path, format = "--configuration=%s")
    if ctx.attr._cold_equals_warm[BuildSettingInfo].value:
        args.add("--cold-equals-warm")
    start = _input(ctx, project)
    if start:
        args.add(start, format = "--cache-input=%s")
    end = None
    if ctx.attr.cache_output:
        end = ctx.actions.declare_file(ctx.label.name + ".cache.tar")
        args.add(end, format = "--cache-output=%s")
    return struct(
        execution_requirements = _WARM if ctx.attr._incremental[BuildSettingInfo].value else _COLD,
        groups = {"cache": depset([end])} if end else {},
        inputs = [start] if start else [],
        outputs = [end] if end else [],
        providers = [PyprojectCacheInfo(
            archive = end,
            project = project,
        )] if end else [],
    )
