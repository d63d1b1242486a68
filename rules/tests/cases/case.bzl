"""The targets of a case: its lock, its wheels, the reference, and the test that compares them."""

load("@rules_python//python:defs.bzl", "py_test")
load("//rules:lock.bzl", "pyproject_lock")
load("//rules:override.bzl", "pyproject_override")
load("//rules:wheel.bzl", "pyproject_wheel")
load(":reference.bzl", "pypa_build_wheel")
load(":walls.bzl", "in_walls_of_paths")

def _environment(case):
    return "@case_environments//rules/tests/cases:locks/" + case

def _sdist(case):
    return "@case_{}//:sdist".format(case)

def _overrides(case_name, case):
    return ["//rules/tests/cases:{}.override".format(case_name)] if case.override else []

def case_wheel(name, case_name, case):
    """Our wheel of a case.

    Args:
      name: the target's name.
      case_name: the case's name.
      case: what cases.bzl says of it.
    """
    pyproject_wheel(
        name = name,
        build_environment = _environment(case_name),
        env = case.env,
        overrides = _overrides(case_name, case),
        sdist = _sdist(case_name),
        tags = case.tags,
        unknown_build_system_keys = "warning",
        **case.wheel
    )

def case_targets(name, case):
    """All targets of a case.

    Args:
      name: the case's name, and that of its wheel.
      case: what cases.bzl says of it.
    """
    if case.override:
        pyproject_override(
            name = name + ".override",
            visibility = ["//rules/tests/cases/again:__pkg__"],
            **case.override
        )
    pyproject_lock(
        name = name + ".lock",
        env = case.env,
        out = "locks/{}.txt".format(name),
        overrides = _overrides(name, case),
        sdist = _sdist(name),
        **case.lock
    )
    case_wheel(name = name, case = case, case_name = name)
    in_walls_of_paths(name = name + ".paths", tags = case.tags, wheel = name)
    pypa_build_wheel(
        name = name + ".reference",
        build_environment = _environment(name),
        env = case.env,
        sdist = _sdist(name),
        tags = case.tags,
        **case.reference
    )
    wheels = [
        name,
        "//rules/tests/cases/again:second_" + name,
        name + ".paths",
        name + ".reference",
    ]
    helper = "@rules_pyproject_helper//:pyproject"
    py_test(
        name = name + "_test",
        size = "small",
        srcs = ["case_test.py"],
        args = ["$(rootpath {})".format(label) for label in [helper] + wheels],
        data = [helper] + wheels,
        env = {"ALLOWED": json.encode(case.allowed)},
        main = "case_test.py",
        tags = case.tags,
    )
