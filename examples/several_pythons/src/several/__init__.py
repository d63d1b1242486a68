"""Says which Python it was compiled for, and what it was built with."""

import importlib.resources

from several._built import version

__all__ = ["requirements", "version"]


def requirements():
    return importlib.resources.files("several").joinpath("requirements.txt").read_text().split()
