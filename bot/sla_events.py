"""What a ticket's events mean for its clocks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.model import TicketEvent
from bot.sla import Event, What

_OPENINGS = ("opened", "brought_forward")
_WRITTEN = ("requester_wrote", "reopened", "asked_again")


def sla_events(events: Iterable[TicketEvent]) -> list[Event]:
    """The events that clocks take notice of, in order; nothing when the opening is missing."""
    found: list[Event] = []
    for event in events:
        if event.what in _OPENINGS and "status" in event.detail.get("set", {}):
            # Brought forward: its state is known from then on, its age from its own opening.
            found = [Event(event.at, What.OPENED, event.detail["set"]["status"])]
        elif found:
            found += _one(event)
    return found


def _one(event: TicketEvent) -> Iterator[Event]:
    if event.what == "replied":
        yield Event(event.at, What.AGENT_REPLIED)
    if event.what in _WRITTEN and event.actor in ("requester", "bot"):
        yield Event(event.at, What.REQUESTER_WROTE)
    if status := event.detail.get("set", {}).get("status"):
        yield Event(event.at, What.STATE, status)
