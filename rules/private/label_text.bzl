"""A label as people write it."""

def label_text(label):
    """A label for messages: `//greeter:wheel` where Bazel's own text of it is `@@//greeter:wheel`.

    Args:
      label: a Label.
    Returns:
      A string.
    """
    text = str(label)
    return text[len("@@"):] if text.startswith("@@//") else text
