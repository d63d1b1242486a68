"""`debian_python`: an in-build interpreter made from Debian's packages.

It is for development of this module on machines with apt: tests need an interpreter archive, and the makers of the usual
ones may be out of reach. Users have rules_python's hermetic interpreters; see docs/interpreters.md.
"""

# Everything that is needed at run time but glibc, which belongs to the machine: two copies of it in one process crash.
_UNPACKED = ("lib", "python", "zlib")
_NOT_UNPACKED = ("libc6", "libc-", "libdb5", "libgcc")

# Mirrors are often frozen at a date; their signatures are still checked. The machine's own lists and caches stay as they are.
_APT_OPTIONS = {
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "",
    "Acquire::Check-Date": "false",
    "Acquire::Check-Valid-Until": "false",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
}

_BUILD = """\
load("{host_constraints}", "HOST_CONSTRAINTS")
load("{python_toolchain}", "pyproject_python_toolchain")
load("{python_version_setting}", "python_version_setting")

# HOST_CONSTRAINTS name the module platforms as its users do, and whoever made this repository need not be one.
_HOST = ["{platforms}//" + constraint.partition("//")[2] for constraint in HOST_CONSTRAINTS]

package(default_visibility = ["//visibility:public"])

exports_files(["python.tar"])

# To make the archive again, and compare.
filegroup(
    name = "packages",
    srcs = glob(["packages/*.deb"]),
)

pyproject_python_toolchain(
    name = "python",
    archive = "python.tar",
    executable = "bin/python{version}",
    libc = "gnu",
    python_version = "{version}",
)

python_version_setting(
    name = "wanted",
    python_version = "{version}",
    visibility = ["//visibility:public"],
)

toolchain(
    name = "python_toolchain",
    target_compatible_with = _HOST,
    target_settings = [":wanted"],
    toolchain = ":python",
    toolchain_type = "{python_toolchain_type}",
)
"""

# A package of its own, so that to register the interpreter that backends run with does not change that of py_test.
_RUNTIME_BUILD = """\
load("{host_constraints}", "HOST_CONSTRAINTS")
load("{py_runtime}", "py_runtime")
load("{py_runtime_pair}", "py_runtime_pair")

# HOST_CONSTRAINTS name the module platforms as its users do, and whoever made this repository need not be one.
_HOST = ["{platforms}//" + constraint.partition("//")[2] for constraint in HOST_CONSTRAINTS]

package(default_visibility = ["//visibility:public"])

py_runtime(
    name = "py3_runtime",
    files = glob(["prefix/**"]),
    interpreter = "prefix/bin/python{version}",
    python_version = "PY3",
    {version_info}
)

py_runtime_pair(
    name = "runtime",
    py3_runtime = ":py3_runtime",
)

toolchain(
    name = "runtime_toolchain",
    target_compatible_with = _HOST,
    target_settings = ["//:wanted"],
    toolchain = ":runtime",
    toolchain_type = "{rules_python_toolchain_type}",
)
"""

_FACTS = '''\
"""What the interpreter archive was made from."""

FULL_VERSION = "{full_version}"

# The oldest glibc that the interpreter starts with.
GLIBC_FLOOR = "{glibc_floor}"

# Debian's packages, as name_version_architecture.
PACKAGES = {packages}
'''

def _run(rctx, arguments, doing, fixes, working_directory = ""):
    result = rctx.execute(
        arguments,
        environment = {"LC_ALL": "C.UTF-8"},
        timeout = 600,
        working_directory = working_directory,
    )
    if result.return_code:
        fail("@{}: {} ended with code {}:\n{}{}\nPossible fixes:\n{}".format(
            rctx.original_name if hasattr(rctx, "original_name") else rctx.name,
            doing,
            result.return_code,
            result.stdout,
            result.stderr,
            "\n".join(["  - " + fix for fix in fixes]),
        ))
    return result.stdout

def _tool(rctx, name):
    tool = rctx.which(name)
    if not tool:
        fail("debian_python makes an interpreter from Debian's packages, and {} is not on PATH. Possible fixes: build on Debian or Ubuntu; register another in-build interpreter (docs/interpreters.md).".format(name))
    return str(tool)

def _download(rctx, version):
    """Downloads the packages into `packages/` and returns their file names."""
    rctx.file("apt/status", "")
    for directory in ["apt/lists/partial", "apt/cache/archives/partial", "packages"]:
        rctx.file(directory + "/.keep", "")
    top = str(rctx.path("."))
    options = dict(_APT_OPTIONS, **{
        "Dir::Cache": top + "/apt/cache",
        "Dir::State::Lists": top + "/apt/lists",
        "Dir::State::status": top + "/apt/status",
    })
    apt = [_tool(rctx, "apt-get"), "-qq"]
    for name, value in options.items():
        apt += ["-o", "{}={}".format(name, value)]

    _run(rctx, apt + ["update"], "reading the machine's package sources", [
        "`apt-get update` on this machine shows the same error: repair /etc/apt",
        "bazel fetch again, if the machine was without network",
    ])

    # With an empty status file nothing counts as installed, so these are all packages that the interpreter needs.
    planned = _run(rctx, apt + ["--print-uris", "install", "python" + version], "looking for Debian's python" + version, [
        "debian_python(version = …) with a version that `apt-cache search '^python3[.]'` shows",
        "add a Debian suite that has python{} to the machine's package sources".format(version),
    ])
    names = ["libpython{}-dev".format(version), "patchelf"]
    for line in planned.splitlines():
        # 'URI' name_version_architecture.deb size hash
        name = line.split(" ")[1].partition("_")[0]
        if name.startswith(_UNPACKED) and not name.startswith(_NOT_UNPACKED):
            names.append(name)
    _run(rctx, apt + ["download"] + names, "downloading Debian's packages", [
        "bazel fetch again, if the machine was without network",
    ], working_directory = "packages")
    return sorted([
        path.basename
        for path in rctx.path("packages").readdir()
        if path.basename.endswith(".deb")
    ])

def _debian_python_impl(rctx):
    version = rctx.attr.version
    _tool(rctx, "dpkg-deb")
    rctx.watch(rctx.attr._prefix)
    rctx.report_progress("Downloading Debian's python{}".format(version))
    packages = _download(rctx, version)

    rctx.report_progress("Packing Debian's python{}".format(version))
    facts = json.decode(_run(
        rctx,
        [str(rctx.path(rctx.attr._make)), version, "runtime/prefix", "python.tar"] + ["packages/" + name for name in packages],
        "making the interpreter archive",
        ["this is a defect of rules_pyproject or a new layout of Debian's python{}: report it with the lines above".format(version)],
    ))
    rctx.delete("apt")

    # Older rules have no such attribute.
    numbers = facts["full_version"].split(".")
    version_info = ""
    if rctx.path(Label("@rules_python//python:features.bzl")).exists:
        version_info = 'interpreter_version_info = {{"major": "{}", "minor": "{}"}},'.format(numbers[0], numbers[1])
    values = {
        "host_constraints": str(Label("@platforms//host:constraints.bzl")),
        "platforms": "@@" + Label("@platforms//host:constraints.bzl").repo_name,
        "py_runtime": str(Label("@rules_python//python:py_runtime.bzl")),
        "py_runtime_pair": str(Label("@rules_python//python:py_runtime_pair.bzl")),
        "python_toolchain": str(Label("//rules:python_toolchain.bzl")),
        "python_toolchain_type": str(Label("//rules:python_toolchain_type")),
        "python_version_setting": str(Label("//rules/settings:python_version.bzl")),
        "rules_python_toolchain_type": str(Label("@rules_python//python:toolchain_type")),
        "version": version,
        "version_info": version_info,
    }
    rctx.file("BUILD.bazel", _BUILD.format(**values))
    rctx.file("runtime/BUILD.bazel", _RUNTIME_BUILD.format(**values))
    rctx.file("facts.bzl", _FACTS.format(
        full_version = facts["full_version"],
        glibc_floor = facts["glibc_floor"],
        packages = json.encode_indent([package.removesuffix(".deb").replace("%3a", ":") for package in packages], indent = "    "),
    ))

debian_python = repository_rule(
    implementation = _debian_python_impl,
    doc = """An in-build interpreter made from the packages of the machine's own Debian or Ubuntu sources.

The repository has `//:python.tar`, the archive; `//:python`, a `pyproject_python_toolchain`; `//:python_toolchain`, for
`register_toolchains("@NAME//:all")`; and `//runtime:all`, the same files as a runtime of rules_python's. `//:facts.bzl` says what
the archive was made from and the oldest glibc that it runs with. The same packages give the same bytes.""",
    attrs = {
        "version": attr.string(
            doc = "Major and minor version of a Python that the machine's package sources have: `3.13`.",
            default = "3.13",
        ),
        "_make": attr.label(default = ":make.sh"),
        "_prefix": attr.label(default = ":prefix.py"),
    },
)
