"""What is wrong with the settings, said to the one who can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails


class SettingsRefused(Exception):
    """The settings cannot be used. Says which file, which key, which value and what to do."""


def key_path(location: Iterable[int | str]) -> str:
    """`("web", "port")` as `web.port`; items of lists count from 1: `sources[2].path`."""
    path = ""
    for step in location:
        path += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def suggestion(key: str, known: Iterable[str], what: str = "Known keys") -> str:
    """Which known key was perhaps meant, as the end of a sentence."""
    close = get_close_matches(key, list(known), n=1)
    return f"Did you mean '{close[0]}'?" if close else f"{what}: {', '.join(sorted(known))}."


def in_words(error: ErrorDetails, known: Iterable[str]) -> str:
    """One validation error as a line: the key's path, the value, what was expected."""
    path = key_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{path}: there is no such key. {suggestion(str(error['loc'][-1]), known)}"
    return f"{path}: {error['msg'][0].lower()}{error['msg'][1:]} (it is {error['input']!r})."
