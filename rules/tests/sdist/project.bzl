"""`project`: a tree, its sdist, and the wheels of both."""

load("//rules:sdist.bzl", "pyproject_sdist")
load("//rules:wheel.bzl", "pyproject_wheel")
load("//rules/tests/cases:walls.bzl", "in_walls_of_paths")

def project(name, build_environment, directory):
    """Builds what lies in a directory in four ways.

    Args:
      name: the targets' prefix: `NAME_tree` and `NAME_sdist_wheel` are wheels, `NAME_sdist` and
        `NAME_paths` sdists, the latter made in walls that are paths.
      build_environment: what they are built with.
      directory: the source tree.
    """
    srcs = native.glob([directory + "/**"])
    native.filegroup(
        name = name + "_srcs",
        srcs = srcs,
        visibility = ["//rules/tests:__subpackages__"],
    )
    pyproject_wheel(
        name = name + "_tree",
        srcs = srcs,
        build_environment = build_environment,
        visibility = ["//rules/tests:__subpackages__"],
    )
    pyproject_sdist(
        name = name + "_sdist",
        srcs = srcs,
        build_environment = build_environment,
    )
    pyproject_wheel(
        name = name + "_sdist_wheel",
        build_environment = build_environment,
        sdist = ":{}_sdist".format(name),
    )
    in_walls_of_paths(
        name = name + "_in_paths",
        wheel = ":{}_sdist".format(name),
    )

    # Runfiles have one place for the outputs of both configurations, so that one of them needs another name.
    native.genrule(
        name = name + "_paths",
        srcs = [":{}_in_paths".format(name)],
        outs = [name + "_paths.tar.gz"],
        cmd = "cp $(execpath :{}_in_paths)/*.tar.gz $@".format(name),
    )
