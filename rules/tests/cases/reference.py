"""Builds a wheel of an sdist with pypa/build, offline, from locked files. See reference.bzl.

It is the plain command that people type, in an environment as empty as a hook of ours has: what is compared with our wheel
must not come from our code.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile

# Libraries that Bazel's toolchains name for C++ even where the driver is one for C. distutils links C extensions with cc.
CXX_RUNTIME = {"-lstdc++", "-lc++", "-lc++abi", "-lm", "-lunwind"}

LAUNCHER = """#!/bin/sh
for argument; do
	case $argument in -c | -E | -S | --version | -v) exec {compile} "$@" ;; esac
done
exec {compile} {before} "$@" {after}
"""


def parse(argv):
    parser = argparse.ArgumentParser(fromfile_prefix_chars="@")
    for name in ["sdist", "requirements-info", "frontend-info", "output", "cc", "cxx", "ar", "ld", "nm", "objcopy", "strip"]:
        parser.add_argument("--" + name)
    for name in ["requirement", "frontend", "cc-flag", "cxx-flag", "link-flag", "env"]:
        parser.add_argument("--" + name, action="append", default=[])
    parser.add_argument("--no-isolation", action="store_true")
    return parser.parse_args(argv)


def chosen(info, files):
    """Of the locked files those that fit this interpreter, which the environment's description names."""
    with open(info, encoding="utf-8") as f:
        names = {d["file"] for d in json.load(f)["distributions"] or []}
    found = {os.path.basename(f): os.path.abspath(f) for f in files if os.path.basename(f) in names}
    if set(found) != names:
        sys.exit(f"locked, but not among the files: {sorted(names - set(found))}")
    return found


def make_frontend(where, files):
    """An environment with pypa/build and pip. They are pure, so unpacking installs them; nothing has to be there before."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(where)
    (site,) = where.glob("lib/python*/site-packages")
    for file in files.values():
        with zipfile.ZipFile(file) as archive:
            archive.extractall(site)
    return where / "bin" / "python"


def write_launcher(path, program, flags, link_flags):
    libraries = [f for f in link_flags if f.startswith("-l")]
    path.write_text(
        LAUNCHER.format(
            compile=shlex.join([program if "/" not in program else os.path.abspath(program), *flags]),
            before=shlex.join(f for f in link_flags if f not in libraries),
            after=shlex.join(libraries),
        ),
        encoding="utf-8",
    )
    path.chmod(0o755)


def compilers(options, where):
    """Launchers for the compilers, and the variables that name them."""
    where.mkdir()
    if not options.cc:
        return {}
    for_c = [f for f in options.link_flag if f not in CXX_RUNTIME]
    for_cxx = for_c if "++" in os.path.basename(options.cxx) else options.link_flag
    write_launcher(where / "cc", options.cc, options.cc_flag, for_c)
    write_launcher(where / "c++", options.cxx, options.cxx_flag, for_cxx)
    return {"AR": options.ar, "CC": str(where / "cc"), "CXX": str(where / "c++")}


def main():
    options = parse(sys.argv[1:])
    os.umask(0o022)
    # In /tmp, which is the sandbox's own, and not in the working directory: hatchling holds a project's .gitignore against
    # the whole path of its root, and Bazel's lies below ~/.cache, which many such files name.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="pypa-build-") as temporary:
        work = pathlib.Path(temporary)
        for name in ["source", "wheels", "home", "tmp"]:
            (work / name).mkdir()
        requirements = chosen(options.requirements_info, options.requirement)
        for name, file in requirements.items():
            os.symlink(file, work / "wheels" / name)
        with tarfile.open(options.sdist) as archive:
            archive.extractall(work / "source")
        (source,) = (work / "source").iterdir()
        frontend = chosen(options.frontend_info, options.frontend)
        python = make_frontend(work / "frontend", {**frontend, **requirements} if options.no_isolation else frontend)
        env = {
            "HOME": str(work / "home"),
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_FIND_LINKS": str(work / "wheels"),
            "PIP_NO_CACHE_DIR": "1",
            "PIP_NO_INDEX": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "SOURCE_DATE_EPOCH": "315532800",
            "TMPDIR": str(work / "tmp"),
            "TZ": "UTC",
            **dict(variable.split("=", 1) for variable in options.env),
            **compilers(options, work / "compilers"),
        }
        isolation = ["--no-isolation", "--skip-dependency-check"] if options.no_isolation else []
        command = [str(python), "-I", "-m", "build", "--wheel", *isolation, "--outdir", os.path.abspath(options.output), str(source)]
        ran = subprocess.run(command, cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if ran.returncode:
            sys.stderr.buffer.write(ran.stdout)
            shutil.rmtree(options.output)
            sys.exit(f"{shlex.join(command)}: ended with {ran.returncode}")


main()
