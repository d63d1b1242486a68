"""Where a file lies in the runfiles."""

def runfiles_path(ctx, file):
    """A file's path relative to the top of the runfiles, where one of another repository lies beside the workspace."""
    return file.short_path[len("../"):] if file.short_path.startswith("../") else ctx.workspace_name + "/" + file.short_path
