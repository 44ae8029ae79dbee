"""A ticket's state, and how its events make it. Pure.

after(state, change)   the state once the change is made
rebuild(events)        the state from the events alone
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from bot.model import Ticket, TicketEvent

TYPES = ("question", "incident", "problem", "request", "bug", "feature")
PRIORITIES = ("low", "normal", "high", "urgent")
ACTIVE = ("new", "open", "pending", "on_hold")
OVER = ("solved", "closed")
"""States in which a ticket is no longer worked on."""
STATUSES = ACTIVE + OVER

QUIET = frozenset(
    {
        "noted",
        "suggested",
        "asked_again",
        "undelivered",
        "requester_wrote",
        "sla_warning",
        "sla_breached",
        "asked_how_it_was",
        "scored",
        "word",
    }
)
"""Events that nobody needs to have seen before they act: the version stays."""
_INSTANTS = frozenset({"opened_at", "snoozed_until", "solved_at", "closed_at"})
_LISTS = frozenset({"tags", "followers"})


@dataclass(frozen=True, slots=True)
class TicketState:
    """All that is decided about a ticket. See `bot.model.Ticket`."""

    conversation_id: int
    requester_id: int
    requester: str
    subject: str
    summary: str
    reason: str
    opened_at: datetime
    tier: int
    queue: str = "support"
    type: str = "question"
    priority: str = "normal"
    status: str = "new"
    assignee: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    followers: tuple[str, ...] = ()
    snoozed_until: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """What an act comes to: one event. `new` are the values that change, `more` what else the
    event tells (the number of a message, say)."""

    what: str
    why: str = ""
    new: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def after(state: TicketState, change: Change) -> TicketState:
    """The state once the change is made."""
    version = state.version + (change.what not in QUIET)
    return replace(state, **change.new, version=version)


def state_of(ticket: Ticket) -> TicketState:
    """The state that a row holds."""
    values = {each.name: getattr(ticket, each.name) for each in fields(TicketState)}
    return TicketState(**{name: kept_value(name, value) for name, value in values.items()})


def opening(state: TicketState, why: str, **more: Any) -> Change:
    """The first change of a ticket: all its values."""
    values = {each.name: getattr(state, each.name) for each in fields(state)}
    del values["version"]
    return Change("opened", why, values, more)


def detail_of(change: Change, name: str = "") -> dict[str, Any]:
    """What is kept of a change in its event, as JSON; `name` is how the actor is called."""
    new = {key: plain(value) for key, value in change.new.items()}
    return {**({"set": new} if new else {}), **({"name": name} if name else {}), **change.more}


def rebuild(events: Iterable[TicketEvent]) -> TicketState:
    """The state of a ticket from all its events, oldest first. Raises ValueError without an opening.

    Events of programs before tickets could be worked on say nothing of the values; the event
    `brought_forward` does, with which they end.
    """
    state: TicketState | None = None
    for event in events:
        new = {name: kept_value(name, value) for name, value in event.detail.get("set", {}).items()}
        if event.what in ("opened", "brought_forward") and new:
            state = TicketState(**new)
        elif state is not None:
            state = after(state, Change(event.what, event.why, new))
    if state is None:
        raise ValueError("these events have no opening: they are not all of a ticket's events")
    return state


def plain(value: Any) -> Any:
    """The value as JSON keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def kept_value(name: str, value: Any) -> Any:
    """A value as the state has it, from what an event keeps of it."""
    if name in _INSTANTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    if name in _LISTS:
        return tuple(value)
    return dict(value) if name == "fields" else value
