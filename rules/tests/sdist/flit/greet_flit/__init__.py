"""Greets."""

__version__ = "0.3"
