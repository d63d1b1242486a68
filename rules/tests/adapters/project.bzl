"""One project, once for each backend whose build directory is kept."""

load("//rules:lock.bzl", "pyproject_lock")
load("//rules:wheel.bzl", "pyproject_wheel")

_FILES = [
    "__init__.py",
    "counted.h",
    "module.c",
    "multiplied.c",
]

def project(name, build_file, directory, own_directory):
    """The project of this package.

    Args:
      name: the wheel's name. NAME_log is its log; NAME_elsewhere and its log are of a build whose directory the user names.
      build_file: what the build system reads.
      directory: where the C files and the module are.
      own_directory: config settings by which a user names the build directory.
    """
    placed_srcs = {"//rules/tests/adapters:" + file: directory + "/" + file for file in _FILES}
    pyproject_lock(
        name = "lock",
        out = "build-requirements.txt",
        placed_srcs = placed_srcs,
        project = "pyproject.toml",
    )
    for wheel, config_settings in [(name, {}), (name + "_elsewhere", own_directory)]:
        pyproject_wheel(
            name = wheel,
            srcs = [
                "pyproject.toml",
                build_file,
            ],
            build_environment = "@test_environments//" + native.package_name(),
            config_settings = config_settings,
            native_extensions = "required",
            placed_srcs = placed_srcs,
        )
        native.filegroup(
            name = wheel + "_log",
            srcs = [wheel],
            output_group = "log",
            visibility = ["//rules/tests/adapters:__pkg__"],
        )
