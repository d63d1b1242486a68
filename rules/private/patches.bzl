"""Patches of an sdist, as arguments of the helper."""

load(":label_text.bzl", "label_text")

PATCH_ATTRS = {
    "patch_strip": attr.int(
        doc = "How many directories are taken off the names in `patches`; the a/ and b/ of git are one.",
        default = 1,
    ),
    "patches": attr.label_list(
        doc = "Unified diffs (`diff -u`, `git diff`) that are applied to the sdist once it is unpacked, in this order. Each has to " +
              "fit exactly: there is no fuzz and no offset. A lock of the sdist takes the same ones.",
        allow_files = [".diff", ".patch"],
    ),
}

def check_patches(ctx, sdist):
    """Fails where there are patches and nothing that they change.

    Args:
      ctx: the context of a rule that has PATCH_ATTRS.
      sdist: the File of the sdist, or None.
    """
    if ctx.attr.patch_strip < 0:
        fail("\n{}: patch_strip = {}, and a number of directories is expected.\nPossible fixes:\n  - patch_strip = 1, the default".format(label_text(ctx.label), ctx.attr.patch_strip))
    if ctx.files.patches and not sdist:
        fail(("\n{}: patches change an sdist, and there is none here.\nPossible fixes:\n  - change the source tree itself\n" +
              "  - where it is another repository's: use the `patches` of the rule that fetches it").format(label_text(ctx.label)))

def patch_flags(patches, strip, path):
    """Patches as flags of the helper, for what is run in another place than actions are.

    Args:
      patches: a list of File.
      strip: how many directories are taken off the names in them.
      path: a function from a File to its path in that place.
    Returns:
      A list of strings.
    """
    return ["--patch=" + path(patch) for patch in patches] + (["--patch-strip={}".format(strip)] if patches else [])

def add_patches(ctx, args):
    """Adds the patches of a target to arguments of the helper.

    Args:
      ctx: the context of a rule that has PATCH_ATTRS.
      args: an `Args`.
    """
    if ctx.files.patches:
        args.add_all(ctx.files.patches, format_each = "--patch=%s")
        args.add(ctx.attr.patch_strip, format = "--patch-strip=%s")
