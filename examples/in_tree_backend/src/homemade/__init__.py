"""Packed by the backend beside it."""
