"""Where an article is read on our own site; apart from the door, so that naming it opens nothing."""

from __future__ import annotations

from urllib.parse import quote


def article_path(id: str, section: str = "") -> str:
    """The address of an article on our own site; `section` is a heading's id in the page."""
    return f"/help/{quote(id)}" + (f"#{quote(section)}" if section else "")
