"""`pyproject_program`: the helper, as an executable for each platform and as the program that people run."""

load("@rules_go//go:def.bzl", "go_binary")
load("//rules/private:program_for_people.bzl", "program_for_people")

def pyproject_program(name, visibility = None, **kwargs):
    """Makes `NAME`, which people run, and `NAME_helper`, which the toolchains of platforms other than the host run.

    Gazelle takes it for the go_binary of this directory.

    Args:
      name: the name of the program.
      visibility: who sees both.
      **kwargs: the attributes of `go_binary`.
    """
    go_binary(
        name = name + "_helper",
        visibility = visibility,
        **kwargs
    )
    program_for_people(
        name = name,
        visibility = visibility,
    )
