"""The values of a ticket that people set, checked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.ticket_state import PRIORITIES, TYPES

TAG = 64
SUBJECT = 255


class ActRefused(ValueError):
    """The ticket is not in a state for this act. Says what can be done instead."""


def checked_value(name: str, value: Any) -> Any:
    """The value as it is kept. Raises ActRefused for one that cannot be."""
    if name == "type":
        return _one_of(TYPES, value, "type")
    if name == "priority":
        return _one_of(PRIORITIES, value, "priority")
    if name == "subject":
        return _text(value, SUBJECT, "subject")
    if name == "queue":
        return _text(value, TAG, "queue")
    if name == "tags":
        return tuple(dict.fromkeys(_text(tag, TAG, "tag") for tag in value))
    if name == "fields":
        return dict(value)
    raise ActRefused(f"{name} cannot be changed so.")


def _one_of(known: Sequence[str], value: str, name: str) -> str:
    if value not in known:
        raise ActRefused(f"A {name} is one of: {', '.join(known)}.")
    return value


def _text(value: str, limit: int, name: str) -> str:
    line = " ".join(str(value).split())
    if not line or len(line) > limit:
        raise ActRefused(f"A {name} has 1 to {limit} characters.")
    return line
