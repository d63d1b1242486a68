"""What fails at analysis, and with which message: target, cause, fix."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:compiler_cache.bzl", "pyproject_compiler_cache")
load("//rules:environment.bzl", "build_environment")
load("//rules:providers.bzl", "BuildEnvironmentInfo", "PyprojectPythonInfo")
load("//rules:wheel.bzl", "pyproject_wheel_rule")

def _message_test_impl(ctx):
    env = analysistest.begin(ctx)
    for part in ctx.attr.parts:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

message_test = analysistest.make(
    _message_test_impl,
    attrs = {"parts": attr.string_list(
        doc = "What the message has.",
        mandatory = True,
    )},
    doc = "A target fails at analysis, and its message has certain parts.",
    expect_failure = True,
)

def _other_python_impl(ctx):
    archive = ctx.actions.declare_file(ctx.label.name + ".tar")
    ctx.actions.write(archive, "")
    return [BuildEnvironmentInfo(
        archive = archive,
        info = archive,
        lock = "",
        python = PyprojectPythonInfo(archive = None, executable = "/python", identity = "", libc = "gnu", version = "3.8"),
        repair = "",
        wheels = depset(),
    )]

other_python = rule(
    implementation = _other_python_impl,
    doc = "An environment of an interpreter that no toolchain has.",
    provides = [BuildEnvironmentInfo],
)

_PROJECT = [
    "//rules/tests/analysis/project:pyproject.toml",
    "//rules/tests/analysis/project:top.py",
]
_SDIST = "@markupsafe_sdist//:sdist"
_HERE = "//rules/tests/analysis:"

# By the name of the target: attributes, and parts of the message.
_WHEELS = {
    "both_sources": (
        {"sdist": _SDIST, "srcs": _PROJECT},
        ["a wheel is built from one source", "Possible fixes: set one of `srcs` (a source tree) and `sdist` (a file)."],
    ),
    # CACHE-4: a cache directory belongs to one project.
    "cache_of_another": (
        {"cache_input": "//examples/cache_directory:wheel", "srcs": _PROJECT},
        [
            "cache_input is //examples/cache_directory:wheel, a cache of the project //examples/cache_directory, and this is //rules/tests/analysis/project.",
            "Possible fixes: name a target of //rules/tests/analysis/project that has cache_output = True",
        ],
    ),
    # Its own sdist is another project: it unpacks to other paths.
    "cache_of_the_tree": (
        {"cache_input": "//examples/cache_directory:wheel", "sdist": "//examples/cache_directory:sdist"},
        [
            "cache_input is //examples/cache_directory:wheel, a cache of the project //examples/cache_directory, and this is //examples/cache_directory:sdist.",
            "an sdist is another than the tree that it was made of",
            "Possible fixes:",
        ],
    ),
    "cache_of_nothing": (
        {"cache_input": "//rules/tests/session:extension", "srcs": _PROJECT},
        ["cache_input is //rules/tests/session:extension, which has no cache. Possible fixes: set cache_output = True there"],
    ),
    "no_marker": (
        {"srcs": [":one.txt"]},
        ["neither a pyproject.toml nor a setup.py", "Possible fixes: add pyproject.toml to srcs"],
    ),
    "no_source": (
        {},
        ["a wheel is built from one source"],
    ),
    "other_version": (
        {"build_environment": ":other_python", "srcs": _PROJECT},
        ["its build environment runs Python 3.8", "both have to be of one version", "Possible fixes:"],
    ),
    "outside": (
        {"srcs": _PROJECT + [":one.txt"]},
        [
            "rules/tests/analysis/one.txt lies outside of the project, whose top is //rules/tests/analysis/project",
            "placed_srcs = {\"//rules/tests/analysis:one.txt\": \"path/in/the/project/one.txt\"}",
            "leave it out of srcs",
        ],
    ),
    "placed_absolute": (
        {"placed_srcs": {":one.txt": "/etc/one.txt"}, "srcs": _PROJECT},
        ["placed_srcs puts //rules/tests/analysis:one.txt at \"/etc/one.txt\", outside of the source tree"],
    ),
    "placed_above": (
        {"placed_srcs": {":one.txt": "a/../../one.txt"}, "srcs": _PROJECT},
        ["outside of the source tree", "Possible fixes: write a path relative to pyproject.toml."],
    ),
    "placed_into_sdist": (
        {"placed_srcs": {":one.txt": "one.txt"}, "sdist": _SDIST},
        ["an sdist is complete as it is", "Possible fixes: remove placed_srcs; patch the sdist."],
    ),
    "placed_two": (
        {"placed_srcs": {":two": "two.txt"}, "srcs": _PROJECT},
        ["placed_srcs has //rules/tests/analysis:two, which is 2 files, and one place"],
    ),
    "tool_with_data": (
        {"srcs": _PROJECT, "tools": {":with_data": "tool"}},
        ["tools has //rules/tests/analysis:with_data, which needs files beside itself when it runs (rules/tests/analysis/one.txt)", "name a program that is one file"],
    ),
    "sdist_of_another_kind": (
        {"sdist": ":one.txt"},
        ["sdist is //rules/tests/analysis:one.txt, expected a file *.tar.gz or ", "or a pyproject_sdist", "Possible fixes:"],
    ),
    "tool_of_two_files": (
        {"srcs": _PROJECT, "tools": {":two": "two"}},
        ["tools has //rules/tests/analysis:two, which is neither an executable nor one file"],
    ),
}

# Compiler caches: attributes, and parts of the message.
_COMPILER_CACHES = {
    "ccache_of_no_kind": (
        {},
        ["ccache is either a program of the build or a path on the execution machine", "Possible fixes: set one of `ccache` and `ccache_path`."],
    ),
    "ccache_of_two_kinds": (
        {"ccache": ":one.txt", "ccache_path": "/usr/bin/ccache"},
        ["ccache is either a program of the build or a path on the execution machine", "Possible fixes: set one of `ccache` and `ccache_path`."],
    ),
    "relative_ccache": (
        {"ccache_path": "bin/ccache"},
        ["ccache_path is \"bin/ccache\", and a relative path means another program in every directory", "Possible fixes: write an absolute path; use `ccache`"],
    ),
}

# Environments of a hub, whose locks are wrong, and parts of their messages.
_LOCKS = {
    "broken": [
        "rules/tests/analysis/broken/build-requirements.txt:1: setuptools==80.9.0 has no hash",
        "Possible fixes:\n  - write the lock again: bazel run //rules/tests/analysis/broken:lock",
    ],
    "unlocked": [
        "there is no lock //rules/tests/analysis/unlocked:build-requirements.txt yet",
        "bazel run //rules/tests/analysis/unlocked:lock",
        "pyproject_lock with out = \"build-requirements.txt\"",
    ],
}

def failures(name):
    """Targets that fail at analysis, and a test of each message.

    Args:
      name: the name of the suite.
    """
    tests = []
    other_python(
        name = "other_python",
        tags = ["manual"],
    )
    build_environment(
        name = "wrong_environment",
        error = "the lock is wrong in its own way",
        tags = ["manual"],
    )
    for target, (attrs, parts) in _WHEELS.items():
        pyproject_wheel_rule(
            name = target,
            tags = ["manual"],
            **({"build_environment": "@test_environments//rules/tests/environment/setuptools"} | attrs)
        )
        message_test(
            name = target + "_test",
            size = "small",
            parts = [_HERE + target + ": "] + parts,
            target_under_test = target,
        )
        tests.append(target + "_test")
    for target, (attrs, parts) in _COMPILER_CACHES.items():
        pyproject_compiler_cache(
            name = target,
            tags = ["manual"],
            **attrs
        )
        message_test(
            name = target + "_test",
            size = "small",
            parts = [_HERE + target + ": "] + parts,
            target_under_test = target,
        )
        tests.append(target + "_test")
    for lock, parts in _LOCKS.items():
        message_test(
            name = lock + "_lock_test",
            size = "small",
            parts = parts,
            target_under_test = "@test_environments//rules/tests/analysis/" + lock,
        )
        tests.append(lock + "_lock_test")
    message_test(
        name = "lost_subpackage_test",
        size = "small",
        parts = [
            "//rules/tests/analysis/project:lost: no file of these sub-packages is in srcs",
            "\n  //rules/tests/analysis/project/sub\n",
            "srcs = glob([\"**\"]) + [\"//rules/tests/analysis/project/sub:srcs\"]",
            "filegroup(name = \"srcs\", srcs = glob([\"**\"]), visibility = [\"//visibility:public\"])",
            "remove the sub-package's BUILD file",
            "other_packages = [\"sub\"]",
        ],
        target_under_test = "//rules/tests/analysis/project:lost",
    )
    message_test(
        name = "wrong_environment_test",
        size = "small",
        parts = [_HERE + "wrong_environment: the lock is wrong in its own way"],
        target_under_test = "wrong_environment",
    )
    native.test_suite(
        name = name,
        tests = tests + ["lost_subpackage_test", "wrong_environment_test"],
    )
