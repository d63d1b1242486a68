"""The Python that a configuration asks for, and the condition by which toolchains answer."""

load("@bazel_skylib//lib:selects.bzl", "selects")
load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")

_ASKED = Label("//rules/settings:python_version")

def _is_python_version(text):
    """Whether a text is a major and minor version as toolchains say it: `3.13`, or `3.13t` for a free-threaded interpreter."""
    major, _, minor = text.removesuffix("t").partition(".")
    return major == "3" and minor.isdigit()

def _python_version_flag_impl(ctx):
    version = ctx.build_setting_value
    if version and not _is_python_version(version):
        fail("\n{} is \"{}\", and a major and minor version is expected: 3.13, or 3.13t for a free-threaded interpreter.".format(ctx.label, version))
    return [BuildSettingInfo(value = version)]

# Not skylib's string_flag: before 1.8 it has no `scope`, and it takes any text.
python_version_flag = rule(
    implementation = _python_version_flag_impl,
    doc = "The Python that a configuration asks for; empty asks for none.",
    build_setting = config.string(flag = True),
    attrs = {
        "scope": attr.string(
            doc = "How far Bazel carries the value: `universal` is into the exec configuration, too, where build environments " +
                  "are. Bazel 7 carries every setting there, and reads no scope.",
            values = ["universal", "target"],
        ),
    },
)

def python_version_setting(name, python_version, visibility = None):
    """A condition for `target_settings` of a `toolchain`: `python_version` is this version, or not set.

    Of several toolchains with such conditions resolution takes the one that `//rules/settings:python_version` asks for, and
    where it asks for none, the first that is registered.

    Args:
      name: the condition's name.
      python_version: major and minor version of the toolchain's interpreter: `3.13`, `3.13t`.
      visibility: who may name the condition. Bazel itself asks nobody.
    """
    if not _is_python_version(python_version):
        fail("\npython_version_setting {} of package {}: python_version is \"{}\", and a major and minor version is expected: 3.13, or 3.13t for a free-threaded interpreter.".format(name, native.package_name(), python_version))
    for suffix, value in [("_asked_for", python_version), ("_none_asked_for", "")]:
        native.config_setting(
            name = name + suffix,
            flag_values = {_ASKED: value},
            visibility = ["//visibility:private"],
        )
    selects.config_setting_group(
        name = name,
        match_any = [name + "_asked_for", name + "_none_asked_for"],
        visibility = visibility,
    )
