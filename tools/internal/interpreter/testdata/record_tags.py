"""Writes tags.json: what packaging says about some interpreters, the oracle of TestTags.

Run with a Python that has packaging, on Linux, once for the machine's own interpreters (each PYTHON an executable):

    python record_tags.py PYTHON… > tags.json

The platforms that are not at hand are asked for by packaging's own parameters, and where it has none by replacing the
one function with which it looks at the machine. Runs over all platforms are written as one line with a "*".
"""
import json
import os
import subprocess
import sys
import unittest.mock

import packaging
from packaging import _manylinux, _musllinux, tags

OWN = """
import json, os, struct, sys, sysconfig
from packaging import tags
print(json.dumps([{
    "version": "%d.%d.%d" % sys.version_info[:3], "bits": 8 * struct.calcsize("P"),
    "platform": sysconfig.get_platform(),
    "libc": dict(zip(("name", "version"), os.confstr("CS_GNU_LIBC_VERSION").split())),
    "markers": {"sys_platform": sys.platform},
}, list(tags.platform_tags()), [str(t) for t in tags.sys_tags()]]))
"""


def case(facts, platforms, listed):
    runs, listed = [], list(listed)
    while listed:
        prefix = listed[0].rsplit("-", 1)[0]
        if listed[: len(platforms)] == [prefix + "-" + p for p in platforms]:
            runs.append(prefix + "-*")
            del listed[: len(platforms)]
        else:
            runs.append(listed.pop(0))
    return {"facts": facts, "platforms": platforms, "tags": runs}


def made(facts, abis, platforms):
    version = tuple(map(int, facts["version"].split(".")[:2]))
    own = "cp%d%d" % version
    listed = list(tags.cpython_tags(version, abis, platforms)) + list(tags.compatible_tags(version, own, platforms))
    return case(facts, platforms, [str(t) for t in listed])


def linux(arch, libc, version):
    numbers = tuple(map(int, version.split(".")))
    musl = _musllinux._MuslVersion(*numbers) if libc == "musl" else None
    glibc = numbers if libc == "glibc" else (-1, -1)
    with unittest.mock.patch.object(_musllinux, "_get_musl_version", lambda _: musl), \
            unittest.mock.patch.object(_manylinux, "_get_glibc_version", lambda: glibc), \
            unittest.mock.patch.object(tags.sysconfig, "get_platform", lambda: "linux-" + arch):
        return list(tags._linux_platforms(is_32bit=False))


def facts(version, platform, libc=None, **more):
    result = {"version": version, "platform": platform, "bits": 64, **more}
    if libc:
        result["libc"] = {"name": libc[0], "version": libc[1]}
    return result


def main(pythons):
    cases = []
    environment = {"PYTHONPATH": os.path.dirname(os.path.dirname(packaging.__file__))}
    for python in pythons:
        output = subprocess.run([python, "-S", "-c", OWN], env=environment, check=True, stdout=subprocess.PIPE).stdout
        cases.append(case(*json.loads(output)))
    on_linux = {"markers": {"sys_platform": "linux"}}
    for version, abis, arch, libc, more in [
        ("3.8.18", ["cp38"], "x86_64", ("glibc", "2.36"), {}),
        ("3.13.5", ["cp313"], "aarch64", ("glibc", "2.41"), {}),
        ("3.12.1", ["cp312"], "x86_64", ("musl", "1.2"), {}),
        ("3.11.2", ["cp311"], "aarch64", ("musl", "1.1"), {}),
        ("3.13.5", ["cp313t"], "x86_64", ("glibc", "2.28"), {"free_threaded": True}),
        ("3.12.1", ["cp312d", "cp312"], "riscv64", ("glibc", "2.39"), {"debug": True}),
    ]:
        described = facts(version, "linux-" + arch, libc, **on_linux, **more)
        cases.append(made(described, abis, linux(arch, *libc)))
    for version, abis, macos, arch, more in [
        ("3.13.5", ["cp313"], "14.5", "arm64", {}),
        ("3.14.0", ["cp314t"], "26.0", "arm64", {"free_threaded": True}),
        ("3.12.1", ["cp312"], "13.0", "x86_64", {}),
        ("3.9.18", ["cp39"], "10.15", "x86_64", {}),
    ]:
        on_mac = {"markers": {"sys_platform": "darwin", "platform_machine": arch}, "macos": macos}
        described = facts(version, "macosx-%s-%s" % (macos, arch), **on_mac, **more)
        cases.append(made(described, abis, list(tags.mac_platforms(tuple(map(int, macos.split("."))), arch))))
    json.dump(cases, sys.stdout, indent=1)
    print()


main(sys.argv[1:])
