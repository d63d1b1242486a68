"""The overrides that count for a target, as arguments of the helper."""

load("//rules:providers.bzl", "PyprojectOverrideInfo")

OVERRIDES_ATTRS = {
    "overrides": attr.label_list(
        doc = "What is said of build requirements in the place of those who wrote them (BE-6): `pyproject_override` targets, the " +
              "same ones for the lock and for what is built with it. They count before those for all projects in MODULE.bazel.",
        providers = [PyprojectOverrideInfo],
    ),
    "_overrides_for_all": attr.label(
        default = Label("@rules_pyproject_overrides//:overrides"),
        providers = [PyprojectOverrideInfo],
    ),
}

def overrides_of(ctx):
    """The overrides that count for a target.

    Args:
      ctx: the context of a rule that has OVERRIDES_ATTRS.
    Returns:
      A list of PyprojectOverrideInfo, without those that say nothing.
    """
    infos = [target[PyprojectOverrideInfo] for target in [ctx.attr._overrides_for_all] + ctx.attr.overrides]
    return [info for info in infos if info.text]

def runtime_locks(overrides):
    """The files that overrides are read with.

    Args:
      overrides: a list of PyprojectOverrideInfo.
    Returns:
      A list of File.
    """
    return [info.runtime_lock for info in overrides if info.runtime_lock]

def add_overrides(args, overrides):
    """Adds overrides to arguments of the helper.

    Args:
      args: an `Args`.
      overrides: a list of PyprojectOverrideInfo.
    """
    for info in overrides:
        args.add(info.text, format = "--override=%s")
        if info.runtime_lock:
            args.add(info.runtime_lock, format = "--runtime-lock=%s")

def override_flags(overrides, path):
    """Overrides as flags of the helper, for what is run in another place than actions are.

    Args:
      overrides: a list of PyprojectOverrideInfo.
      path: a function from a File to its path in that place.
    Returns:
      A list of strings.
    """
    flags = []
    for info in overrides:
        flags.append("--override=" + info.text)
        if info.runtime_lock:
            flags.append("--runtime-lock=" + path(info.runtime_lock))
    return flags
