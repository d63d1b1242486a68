"""What a backend makes, under its true name: a directory of one file, or the one file whose name the user knows."""

def add_dist(ctx, args):
    """Declares the output of a rule that has the attribute `file_name`, and adds it to the verb's arguments.

    Args:
      ctx: the rule's context.
      args: the arguments of the verb.

    Returns:
      The output: the file `file_name`, or the directory `NAME.dist`.
    """
    if ctx.attr.file_name:
        dist = ctx.actions.declare_file(ctx.attr.file_name)
        args.add("--output-file", dist)
        args.add("--file-name", ctx.attr.file_name)
    else:
        dist = ctx.actions.declare_directory(ctx.label.name + ".dist")
        args.add_all("--output", [dist], expand_directories = False)
    return dist
