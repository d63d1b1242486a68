"""A package with an extension of two C files."""

from counted._counted import twice

__all__ = ["twice"]
