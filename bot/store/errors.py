"""The two ways in which the database says no."""

from __future__ import annotations


class DatabaseRefused(Exception):
    """A database that must not or cannot be opened; says why and what to do."""


class DatabaseFailed(Exception):
    """Something could not be read or written now; nothing of it was kept."""
