"""What a Python toolchain says when it is not the one that `//rules/settings:python_version` asks for."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load(":label_text.bzl", "label_text")

# Whether somebody only looks at which toolchains there are, and takes what it finds for what it is.
SURVEY = "//rules/private:survey"

ASKED_PYTHON_ATTRS = {
    "_asked": attr.label(
        default = "//rules/settings:python_version",
        providers = [BuildSettingInfo],
    ),
    "_survey": attr.label(
        default = SURVEY,
        providers = [BuildSettingInfo],
    ),
}

def is_survey(ctx):
    """Whether toolchains are only looked at.

    Args:
      ctx: the context of a toolchain's rule that has ASKED_PYTHON_ATTRS.
    """
    return ctx.attr._survey[BuildSettingInfo].value

def check_asked_python(ctx, version):
    """Fails where another version is asked for.

    Toolchains without a condition, the default one among them, fit every configuration: without this a wheel for another
    Python would be built in silence.

    Args:
      ctx: the context of a toolchain's rule that has ASKED_PYTHON_ATTRS.
      version: the version of its interpreter, or a phrase where nobody knows it.
    """
    asked = ctx.attr._asked[BuildSettingInfo].value
    if asked and asked != version and not is_survey(ctx):
        fail("""
{asking} asks for Python {asked}, and no toolchain for it is registered; what resolves is {label}, which is {version}.
Possible fixes:
  - register one: pyproject.system_python(interpreter = "/usr/bin/python{asked}") in MODULE.bazel, its repository's `:all` in
    register_toolchains; or a `toolchain` of your own with a `python_version_setting` in its target_settings
  - where the interpreters are rules_python's, set @rules_python//python/config_settings:python_version instead
  - leave {asking} unset""".format(
            asking = label_text(ctx.attr._asked.label),
            asked = asked,
            label = label_text(ctx.label),
            version = "Python " + version if version[0].isdigit() else version,
        ))
