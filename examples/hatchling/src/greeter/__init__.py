"""Greets people, politely."""

import sys
from importlib import resources


def greeting(name: str) -> str:
    """The greeting for a name, from the template that the wheel carries."""
    template = (resources.files(__name__) / "template.txt").read_text(encoding="utf-8")
    return template.strip().format(name=name)


def main() -> None:
    """The console script: greets whom the arguments name."""
    print(greeting(" ".join(sys.argv[1:]) or "world"))
