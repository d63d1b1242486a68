"""A module that flit packs; version and description come from here."""

__version__ = "0.3"
