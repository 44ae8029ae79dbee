"""Acts on many tickets at once, as data, and what it takes to undo them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.ticket_state import Change, TicketState, kept_value, plain


class What(StrEnum):
    """What can be done with many tickets."""

    ASSIGN = "assign"
    PRIORITY = "priority"
    TAG = "tag"
    UNTAG = "untag"
    SOLVE = "solve"
    SNOOZE = "snooze"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act for many tickets. `value` is the account (empty: nobody), the priority, or the tag."""

    what: What
    value: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What came of it: `failed` tells of each that could not be done, and why. `id` is for undoing;
    0 when there is nothing to undo."""

    id: int
    what: str
    done: tuple[int, ...] = ()
    failed: tuple[tuple[int, str], ...] = ()


def before(state: TicketState, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The values that an act is about to change, as JSON keeps them."""
    return {key: plain(getattr(state, key)) for key in changed}


def put_back(values: Mapping[str, Any]) -> Change:
    """The values of before are those of now."""
    return Change("undone", new={key: kept_value(key, value) for key, value in values.items()})
