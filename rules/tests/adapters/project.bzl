"""One project, once for each backend, and builds of it that start with what an earlier one left."""

load("//rules:lock.bzl", "pyproject_lock")
load("//rules:wheel.bzl", "pyproject_wheel")

_HERE = "//rules/tests/adapters:"

_FILES = [
    "__init__.py",
    "counted.h",
    "multiplied.c",
]

def warm_wheel(name, **kwargs):
    """A wheel of this package's environment, with its log and its cache directory as targets of their own.

    Args:
      name: the wheel's name. NAME_log is its log, and NAME_cache its cache directory if it is an output.
      **kwargs: attributes of pyproject_wheel.
    """
    pyproject_wheel(
        name = name,
        build_environment = "@test_environments//" + native.package_name(),
        native_extensions = "required",
        visibility = ["//rules/tests:__subpackages__"],
        **kwargs
    )
    native.filegroup(
        name = name + "_log",
        srcs = [name],
        output_group = "log",
        visibility = [_HERE + "__pkg__"],
    )
    if kwargs.get("cache_output"):
        native.filegroup(
            name = name + "_cache",
            srcs = [name],
            output_group = "cache",
            visibility = [_HERE + "__pkg__"],
        )

def project(name, build_file, directory, own_directory = None, srcs = ["pyproject.toml"], module = _HERE + "module.c", place = "module.c", edited_module = None):
    """The project of this package.

    For each of EDITS there are two wheels: NAME_EDIT starts with the cache directory that the wheel NAME left, and NAME_EDIT_cold with an
    empty one. NAME_same is NAME again. X_log is the log of X.

    Args:
      name: the wheel's name.
      build_file: what the build system reads. Beside it is edited.*, with another default of an option.
      directory: where the C files and the module are.
      own_directory: config settings by which a user names the build directory; NAME_elsewhere is built with them.
      srcs: further files of this package.
      module: the file that the extension's module is made of, and `place` its name in the directory.
      place: see `module`; a path that is not below the directory begins with "/".
      edited_module: another one, for the edit "module"; None for no such edit.
    """
    build_files = {build_file: build_file}
    edited_build_files = {"edited." + build_file.rpartition(".")[2]: build_file}
    placed = {_HERE + file: directory + "/" + file for file in _FILES}
    at = place[1:] if place.startswith("/") else directory + "/" + place
    placed[module] = at

    pyproject_lock(
        name = "lock",
        out = "build-requirements.txt",
        placed_srcs = placed | {file: file for file in srcs + [build_file]},
        project = "pyproject.toml",
    )
    if own_directory:
        warm_wheel(name + "_elsewhere", srcs = srcs, placed_srcs = placed | build_files, config_settings = own_directory)
    warm_wheel(name, srcs = srcs, placed_srcs = placed | build_files, cache_output = True)
    edits = {
        "added": placed | build_files | {_HERE + "edited/counted.h": directory + "/another.h"},
        "edited": {_edited(label, "multiplied.c"): to for label, to in placed.items()} | build_files,
        "header": {_edited(label, "counted.h"): to for label, to in placed.items()} | build_files,
        "options": placed | edited_build_files,
        "same": placed | build_files,
    }
    if edited_module:
        edits["module"] = {edited_module if label == module else label: to for label, to in placed.items()} | build_files
    for edit, files in edits.items():
        warm = name + "_" + edit
        warm_wheel(warm, srcs = srcs, placed_srcs = files, cache_input = name, cache_output = True)
        if edit != "same":
            warm_wheel(warm + "_cold", srcs = srcs, placed_srcs = files)

EDITS = ["added", "edited", "header", "options", "same"]

def _edited(label, file):
    return _HERE + "edited/" + file if label == _HERE + file else label
