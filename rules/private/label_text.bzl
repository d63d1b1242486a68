"""A label as people write it."""

def label_text(label):
    """A label for messages: `//greeter:wheel` for `@@//greeter:wheel`, `@hub//greeter` for `@@_main~pyproject~hub//greeter:greeter`.

    Args:
      label: a Label.
    Returns:
      A string.
    """
    repository = label.repo_name.rstrip("~+")

    # The canonical name of an extension's repository ends in the name that the extension gave it, behind "~" or "+".
    for separator in ["~", "+"]:
        repository = repository.rpartition(separator)[2] or repository
    place = "//" + label.package
    if label.name != label.package.rpartition("/")[2]:
        place += ":" + label.name
    return ("@" + repository if repository else "") + place
