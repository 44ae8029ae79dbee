"""Light or dark, as the reader chose with the toggle of our pages."""

from __future__ import annotations

from starlette.requests import Request


def theme_of(request: Request) -> str:
    """What was chosen (`light`, `dark`), or `""`: as the system has it."""
    chosen = request.cookies.get("firstline_theme", "")
    return chosen if chosen in ("light", "dark") else ""
