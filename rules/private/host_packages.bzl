"""The named escape of BE-6: the packages of the machine's own Python, for hooks that can't do without."""

load(":label_text.bzl", "label_text")

HOST_PACKAGES_ATTRS = {
    "host_site_packages": attr.bool(
        doc = "Whether hooks see the packages that are installed on the machine beside its Python, behind those of the build " +
              "environment: an escape, with a system interpreter alone. It warns at every build. What is built so reaches no cache " +
              "and no remote executor; Bazel does not know those packages, so it builds nothing again when they change.",
    ),
}

# Nothing of such a result leaves this machine, or comes from another; and no worker keeps anything of it.
_ON_THIS_MACHINE = {
    "block-network": "",
    "no-cache": "",
    "no-remote": "",
}

def add_host_packages(ctx, args, python):
    """Lets the packages of the machine in, where a target says so.

    Args:
      ctx: the context of a rule that has HOST_PACKAGES_ATTRS.
      args: the `Args` of the session.
      python: the PyprojectPythonInfo that hooks run with.
    Returns:
      The execution requirements of the action, or None where there is nothing special about it.
    """
    if not ctx.attr.host_site_packages:
        return None
    label = label_text(ctx.label)
    if python.archive:
        fail("\n{}: host_site_packages lets in what is installed beside the machine's Python, and this build runs one of its own.\nPossible fixes:\n  - leave host_site_packages out, and lock what is needed\n  - register a system interpreter (docs/interpreters.md)".format(label))
    if getattr(ctx.attr, "cache_input", None) or getattr(ctx.attr, "cache_output", False):
        fail("\n{}: a cache directory is not kept of a build with host_site_packages: nothing tells which packages it was made with.\nPossible fixes:\n  - leave out cache_input and cache_output\n  - leave out host_site_packages".format(label))
    args.add("--host-site-packages")
    return _ON_THIS_MACHINE
