"""Uses a library that was a wheel."""

from points.north import TEXT

__all__ = ["TEXT"]
