"""A published sdist, built, and built again after edits with what the first build left."""

load("//rules:lock.bzl", "pyproject_lock")
load("//rules:wheel.bzl", "pyproject_wheel")

def published(name):
    """Builds of the sdist @adapter_NAME, each tagged `manual`: they compile for minutes.

    NAME leaves its cache directory. NAME_same starts with it, as do NAME_edited and NAME_header, which are patched with
    NAME_EDIT.patch; NAME_EDIT_cold start with an empty one.

    Args:
      name: the project.
    """
    sdist = "@adapter_{}//:sdist".format(name)
    pyproject_lock(
        name = name + ".lock",
        out = "locks/{}.txt".format(name),
        python_version = "3.11",
        sdist = sdist,
        tags = ["manual"],
    )
    patched = {edit: [":{}_{}.patch".format(name, edit)] for edit in ["edited", "header"]}
    wheels = {
        name: {"cache_output": True},
        name + "_same": {"cache_input": name, "cache_output": True},
    } | {
        "{}_{}".format(name, edit): {"cache_input": name, "cache_output": True, "patches": patches}
        for edit, patches in patched.items()
    } | {
        "{}_{}_cold".format(name, edit): {"patches": patches}
        for edit, patches in patched.items()
    }
    for wheel, attributes in wheels.items():
        pyproject_wheel(
            name = wheel,
            build_environment = "@test_environments//rules/tests/adapters/projects:locks/" + name,
            native_extensions = "required",
            sdist = sdist,
            sdist_metadata = "warning",
            tags = ["manual"],
            **attributes
        )
        for group in ["log", "cache"] if "cache_output" in attributes else ["log"]:
            native.filegroup(
                name = "{}.{}".format(wheel, group),
                srcs = [wheel],
                output_group = group,
                tags = ["manual"],
            )
    return [":" + wheel for wheel in wheels] + [":{}.log".format(wheel) for wheel in wheels] + [
        ":{}.cache".format(wheel)
        for wheel, attributes in wheels.items()
        if "cache_output" in attributes
    ]
