"""Which files make a source tree, and where each of them lies in it."""

load("//rules:providers.bzl", "PyprojectSdistInfo")
load(":label_text.bzl", "label_text")
load(":patches.bzl", "PATCH_ATTRS", "add_patches", "check_patches")

_SDISTS = [".tar.gz", ".tgz", ".tar.bz2", ".zip"]
_MARKERS = ["pyproject.toml", "setup.py"]

def _root_of(files):
    """The directory of the shallowest pyproject.toml, else of the shallowest setup.py; None without either."""
    for marker in _MARKERS:
        found = [f.short_path for f in files if f.basename == marker]
        if found:
            shallowest = sorted(found, key = lambda path: (path.count("/"), path))[0]
            return shallowest.rpartition("/")[0]
    return None

def _below(path, directory):
    return not directory or path.startswith(directory + "/")

def _check_places(ctx, root, files):
    for file in files:
        if not _below(file.short_path, root):
            fail("""
{label}: {file} lies outside of the project, whose top is //{root}.
Files of `srcs` keep the place that they have relative to pyproject.toml; this one has none.
Possible fixes:
  - place it: placed_srcs = {{"{file_label}": "path/in/the/project/{base}"}}
  - leave it out of srcs""".format(label = label_text(ctx.label), file = file.short_path, root = root, file_label = label_text(file.owner), base = file.basename))
        if file.is_source and root == "" and file.short_path.startswith("bazel-"):
            fail("""
{label}: srcs hold {file}, a file that Bazel itself made: the glob went through one of Bazel's `bazel-*` links.
Possible fixes: exclude = ["bazel-*/**"] in the glob.""".format(label = label_text(ctx.label), file = file.short_path))

def _check_subpackages(ctx, root, files):
    """A BUILD file below the project cuts its directory out of glob() without a word; this is the word."""
    lost = []
    for subpackage in ctx.attr.subpackages:
        directory = ctx.label.package + "/" + subpackage if ctx.label.package else subpackage
        prefix = "../" + ctx.label.repo_name + "/" if ctx.label.repo_name and ctx.label.repo_name != "_main" else ""
        if not _below(prefix + directory, root):
            continue
        if not [f for f in files if f.short_path.startswith(prefix + directory + "/")]:
            lost.append((subpackage, directory))
    if lost:
        fail("""
{label}: no file of these sub-packages is in srcs, and a glob() does not reach into another package:
{lost}
Possible fixes:
  - in the sub-package's BUILD file: filegroup(name = "srcs", srcs = glob(["**"]), visibility = ["//visibility:public"]),
    and here: srcs = glob(["**"]) + [{labels}]
  - remove the sub-package's BUILD file
  - other_packages = {names}, if they are not of this project""".format(
            label = label_text(ctx.label),
            lost = "\n".join(["  //" + directory for _, directory in lost]),
            labels = ", ".join(["\"//{}:srcs\"".format(directory) for _, directory in lost]),
            names = [name for name, _ in lost],
        ))

def _check_sdist(ctx, sdist):
    """An attribute has no filter that lets through certain files, and directories of certain rules."""
    if PyprojectSdistInfo in ctx.attr.sdist or [ending for ending in _SDISTS if sdist.basename.endswith(ending)]:
        return
    fail("{}: sdist is {}, expected a file {}, or a pyproject_sdist. Possible fixes: name one of these; name the files of a source tree in `srcs`.".format(
        label_text(ctx.label),
        label_text(ctx.attr.sdist.label),
        " or ".join(["*" + ending for ending in _SDISTS]),
    ))

def project_identity(ctx):
    """What tells a project from any other, whichever of its targets is built.

    Args:
      ctx: the context of a rule that has a source.
    Returns:
      A string: the label of the project's directory, or of its sdist.
    """
    if getattr(ctx.file, "sdist", None):
        return label_text(ctx.attr.sdist.label)
    root = _root_of(ctx.files.srcs)
    if root.startswith("../"):
        repository, _, directory = root[len("../"):].partition("/")
        return "@@" + repository + "//" + directory
    return "//" + root

def _as_source(file):
    return "--source={}={}".format(file.short_path, file.path)

def add_source(ctx, args):
    """Adds the source of a session to its arguments: a tree from `srcs`, or an sdist.

    Args:
      ctx: the rule's context, with `srcs`, `placed_srcs`, `subpackages`, and, if the rule takes one, `sdist`.
      args: the `Args` of the session.
    Returns:
      A list of depsets of File: what the session reads.
    """
    sdist = getattr(ctx.file, "sdist", None)
    if hasattr(ctx.file, "sdist") and bool(ctx.files.srcs) == bool(sdist):
        fail("{}: a wheel is built from one source. Possible fixes: set one of `srcs` (a source tree) and `sdist` (a file).".format(label_text(ctx.label)))
    if hasattr(ctx.attr, "patches"):
        check_patches(ctx, sdist)
    if sdist:
        if ctx.attr.placed_srcs:
            fail("{}: placed_srcs puts files into a source tree, and an sdist is complete as it is. Possible fixes: remove placed_srcs; patch the sdist.".format(label_text(ctx.label)))
        _check_sdist(ctx, sdist)
        args.add_all([sdist], format_each = "--sdist=%s", expand_directories = False)
        add_patches(ctx, args)
        return [depset([sdist] + ctx.files.patches)]

    files = ctx.files.srcs
    root = _root_of(files)
    if root == None:
        fail("""
{}: srcs hold neither a pyproject.toml nor a setup.py, so there is nothing that says how to build them.
Possible fixes: add pyproject.toml to srcs; point srcs at the project's own directory.""".format(label_text(ctx.label)))
    _check_places(ctx, root, files)
    _check_subpackages(ctx, root, files)

    args.add(root, format = "--source-root=%s")
    args.add(root.rpartition("/")[2] or "source", format = "--source-name=%s")
    args.add_all(files, map_each = _as_source)
    for target, place in ctx.attr.placed_srcs.items():
        add_placed(ctx, args, root, target, place)
    return [depset(files)] + [target[DefaultInfo].files for target in ctx.attr.placed_srcs]

def add_placed(ctx, args, root, target, place):
    """Adds a file of another rule to a source tree.

    Args:
      ctx: the rule's context.
      args: the `Args` of the session.
      root: the project's directory.
      target: the target of the file.
      place: its path in the source tree.
    """
    placed = target[DefaultInfo].files.to_list()
    if len(placed) != 1:
        fail("{}: placed_srcs has {}, which is {} files, and one place. Possible fixes: name a target of one file.".format(label_text(ctx.label), label_text(target.label), len(placed)))
    if place.startswith("/") or ".." in place.split("/"):
        fail("{}: placed_srcs puts {} at {}, outside of the source tree. Possible fixes: write a path relative to pyproject.toml.".format(label_text(ctx.label), label_text(target.label), repr(place)))
    args.add(placed[0], format = "--source={}=%s".format((root + "/" if root else "") + place.replace("%", "%%")))

SOURCE_ATTRS = PATCH_ATTRS | {
    "placed_srcs": attr.label_keyed_string_dict(
        doc = "Files of other rules that belong into the source tree: a label of one file to its path relative to " +
              "pyproject.toml. It wins over a file of `srcs` in that place.",
        allow_files = True,
    ),
    "sdist": attr.label(
        doc = "A source distribution: `NAME-VERSION.tar.gz`, or an older `.zip` or `.tar.bz2`; or a `pyproject_sdist`. Exactly one of `srcs` and `sdist` is set.",
        allow_single_file = True,
    ),
    "srcs": attr.label_list(
        doc = "The source tree. Each file keeps its place relative to pyproject.toml (to setup.py where there is none). " +
              "What is not here is not there when the backend runs. A file is executable there if it is a script (`#!`) or a " +
              "program (ELF), whatever its mode is: Bazel does not carry modes. Exactly one of `srcs` and `sdist` is set.",
        allow_files = True,
    ),
    "subpackages": attr.string_list(
        doc = "The packages below this one, which the macro fills in: a rule cannot see them, and `glob` leaves their files out.",
    ),
}

def project_subpackages(other_packages):
    """The packages below the calling one, less those that are not of the project.

    Args:
      other_packages: a list of package paths relative to the calling one; `docs/**` means everything below docs.
    Returns:
      A list of package paths relative to the calling one.
    """

    # At a repository's root Bazel looks through its own links, and takes what it finds there for packages.
    links = [] if native.package_name() else ["bazel-*", "bazel-*/**"]
    return native.subpackages(include = ["**"], exclude = other_packages + links, allow_empty = True)
