"""What messages call a module."""

def module_title(module):
    """What messages call a module.

    Args:
      module: a module of a module extension's context.

    Returns:
      a phrase.
    """
    return "module {}".format(module.name) if module.name else "the root module"
