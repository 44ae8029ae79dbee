"""Tickets as rows of the inbox: what is said of each, in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.views import TicketLine

SOON = timedelta(hours=1)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """`urgency` is `late`, `soon`, `fine` or empty: for colours. `due` says the same in words."""

    ticket: TicketLine
    requester: str
    assignee: str
    status: str
    due: str
    urgency: str
    age: str
    unread: bool
    snoozed: bool


def row(
    ticket: TicketLine, names: Mapping[str, str], unread: Collection[int], now: datetime
) -> Row:
    """A ticket as it stands in the list; `names` are those of accounts."""
    due, urgency = due_words(ticket, now)
    return Row(
        ticket=ticket,
        requester=ticket.requester_name or ticket.requester,
        assignee=names.get(ticket.assignee, ticket.assignee) if ticket.assignee else "",
        status=ticket.status.replace("_", " "),
        due=due,
        urgency=urgency,
        age=span_words(now - ticket.opened_at),
        unread=ticket.id in unread,
        snoozed=ticket.snoozed_until is not None and ticket.snoozed_until > now,
    )


def due_words(ticket: TicketLine, now: datetime) -> tuple[str, str]:
    """When the next promise runs out, in words, and how urgent that is."""
    if ticket.due_at is None or ticket.status in ("solved", "closed"):
        return "", ""
    left = ticket.due_at - now
    if left < timedelta(0):
        return f"overdue by {span_words(-left)}", "late"
    return f"due in {span_words(left)}", "soon" if left <= SOON else "fine"


def span_words(span: timedelta) -> str:
    """A length of time in its largest unit."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if span >= unit:
            return f"{span // unit} {name}"
    return "under 1 min"
