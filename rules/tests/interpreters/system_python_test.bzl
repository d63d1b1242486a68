"""Unit tests of what system_python makes of an interpreter's answer, and of the toolchain that comes of it."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("@machine_python//:facts.bzl", "INTERPRETER", "LIBC", "PYTHON_VERSION")
load("//rules/private/repositories:system_python.bzl", "problem", "python_version", "version_in")

_FACTS = {
    "bits": 64,
    "free_threaded": False,
    "headers": "",
    "implementation": "cpython",
    "libc": "gnu",
    "machine": "x86_64",
    "version": "3.13.5",
    "version_info": [3, 13],
}

def _answers_test_impl(ctx):
    env = unittest.begin(ctx)
    for changed, architecture, expected in [
        ({}, "amd64", None),
        ({"version_info": [3, 9]}, "amd64", None),
        ({"machine": "arm64"}, "aarch64", None),
        ({"machine": "riscv64"}, "riscv64", None),
        (
            {"version": "3.8.20", "version_info": [3, 8]},
            "amd64",
            "is Python 3.8.20, and 3.9 or newer is needed",
        ),
        (
            {"implementation": "python2", "version": "2.7.18", "version_info": [2, 7]},
            "amd64",
            "is Python 2.7.18, and 3.9 or newer is needed",
        ),
        (
            {"implementation": "pypy", "version": "3.11.13"},
            "amd64",
            "is pypy 3.11.13, and only CPython is supported",
        ),
        (
            {"bits": 32},
            "amd64",
            "is a 32-bit program, and the wheels of a 64-bit platform do not fit it",
        ),
        # A Python for Intel under Rosetta.
        (
            {"machine": "x86_64"},
            "aarch64",
            "is a program for x86_64, and this machine is aarch64",
        ),
    ]:
        asserts.equals(env, expected, problem(dict(_FACTS, **changed), architecture))
    return unittest.end(env)

answers_test = unittest.make(_answers_test_impl)

def _versions_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "3.13", python_version(_FACTS))
    asserts.equals(env, "3.14t", python_version(dict(_FACTS, version_info = [3, 14], free_threaded = True)))
    for name, version in [
        ("/usr/bin/python3.15", "3.15"),
        ("python3.14t", "3.14t"),
        ("python3", None),
        ("/opt/python3.15/bin/python", None),
        ("pypython3.11", None),
        ("python3.11-dbg", None),
    ]:
        asserts.equals(env, version, version_in(name))
    return unittest.end(env)

versions_test = unittest.make(_versions_test_impl)

def _toolchain_test_impl(ctx):
    env = analysistest.begin(ctx)
    python = analysistest.target_under_test(env)[platform_common.ToolchainInfo].python
    asserts.equals(env, None, python.archive)
    asserts.equals(env, INTERPRETER, python.executable)
    asserts.equals(env, LIBC, python.libc)
    asserts.equals(env, PYTHON_VERSION, python.version)
    return analysistest.end(env)

toolchain_test = analysistest.make(_toolchain_test_impl)
