"""How the verb `lock` asks hooks: as arguments and files of a target that runs it."""

load(":registered_pythons.bzl", "registered_pythons")
load(":session.bzl", "add_hooks")
load(":source.bzl", "add_placed")

def add_asking(ctx, label = "", placed = {}, directory = ""):
    """The flags of the verb `lock` that say how hooks are asked: with which Pythons, in which room.

    The session's own flags are in a file of their own, which the verb hands on. All paths are relative to the execution root.

    Args:
      ctx: the context of a rule that has HOOK_ATTRS, REGISTERED_PYTHONS_ATTRS, SESSION_TOOLCHAINS and the fragment `cpp`.
      label: what messages of the session begin with, if it is not for the verb to say.
      placed: files of other rules in the source tree, a dict of targets to their paths relative to the project.
      directory: the project's directory.
    Returns:
      A list of flags, and a list of depsets of File: what the session reads.
    """
    session = ctx.actions.declare_file(ctx.label.name + ".session")
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    if label:
        args.add(label, format = "--label=%s")
    inputs = add_hooks(ctx, args, placed.keys())
    for target, place in placed.items():
        add_placed(ctx, args, directory, target, place)
        inputs.append(target[DefaultInfo].files)
    ctx.actions.write(session, args)
    flags = ["--session=" + session.path]
    for python in registered_pythons(ctx):
        if python.archive:
            flags += ["--interpreter-archive=" + python.archive.path, "--interpreter-executable=" + python.executable]
            inputs.append(depset([python.archive]))
        else:
            flags.append("--interpreter=" + python.executable)
    return flags, inputs + [depset([session])]
