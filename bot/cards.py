"""A ticket's card in a triage channel and the lines of its thread, as data; which card, and what can
be pressed on it. Pure.

triage_of(queue, tier, triages)   where a ticket's card is
card_of(ticket, …)                what it shows
press_id(number, act)             what a button carries; `pressed` reads it
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.channel import Address, Attachment
from bot.model import Ticket
from bot.ticket_state import ACTIVE

SUMMARY = 900
"""Characters of a summary on a card."""
SIGNS = {"low": "▫️", "normal": "◻️", "high": "🟧", "urgent": "🟥"}

ACTS = {
    "claim": "Claim",
    "reply": "Reply",
    "note": "Note",
    "escalate": "Escalate",
    "solve": "Solve",
    "more": "More",
    "hold": "Put on hold",
    "resume": "Resume",
    "release": "Give to nobody",
    "give_back": "Give back to the bot",
    "reopen": "Reopen",
}
"""All that can be pressed, and how it is called."""
FORMS = {
    "reply": ("Reply to the requester", "What the requester will read"),
    "note": ("Internal note", "Only agents see this"),
    "escalate": ("Escalate", "Why? Only agents see this"),
}
"""Acts that ask for words first: the form's title and its label."""
ON_CARD = ("claim", "reply", "note", "escalate", "solve", "more")


@dataclass(frozen=True, slots=True)
class Triage:
    """Where the cards of a queue are."""

    queue: str
    tier: int
    address: Address


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press on a card; `id` comes back."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows: lines of plain text, and what can be pressed. `url` may be empty."""

    number: int
    title: str
    facts: tuple[str, ...]
    summary: str
    url: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class CardPosting:
    """One thing to do on a platform, the same on every attempt.

    `card`: post it at `place`, or change the message `external_id` into it. `line`: post it in
    the thread of the message `card`, or change `external_id`. `mark`: show on `external_id` that
    it was `delivered` or `failed`. `head` says who speaks; `text` is Markdown if `ours`, else plain.
    `attempt` above 1: an earlier one may have arrived.
    """

    kind: Literal["card", "line", "mark"]
    id: int
    card_id: int
    key: str
    channel: str
    place: str
    attempt: int = 1
    external_id: str = ""
    card: str = ""
    shows: Card | None = None
    head: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    mark: str = ""
    version: int = 0
    as_of: datetime | None = None


def triage_of(queue: str, tier: int, triages: Sequence[Triage]) -> Address | None:
    """Where the card of a ticket is: in its queue's channel while the queue is of its tier, else
    (it was escalated) in the first of its tier's, else in the queue's all the same."""
    own = [each for each in triages if each.queue == queue]
    fitting = [each for each in own if each.tier == tier]
    of_tier = [each for each in triages if each.tier == tier]
    found = [*fitting, *of_tier, *own]
    return found[0].address if found else None


def card_of(
    ticket: Ticket, *, requester: str, assignee: str, site: str, moved_to: str = ""
) -> Card:
    """The card as the ticket stands. A card that was left says only where the ticket went."""
    number = ticket.id
    url = f"{site.rstrip('/')}/console/tickets/{number}" if site else ""
    if moved_to:
        return Card(number, f"#{number} {ticket.subject}", (f"➡️ Goes on in {moved_to}",), "", url)
    facts = (
        f"{SIGNS.get(ticket.priority, '')} {ticket.priority} · {ticket.status.replace('_', ' ')}"
        f" · tier {ticket.tier} · {ticket.queue}",
        f"👤 {requester or 'unknown'}",
        f"🙋 {assignee}" if assignee else "🙋 nobody yet",
        *((f"⏰ due {due(ticket.due_at)}",) if ticket.due_at and ticket.active else ()),
    )
    summary = ticket.summary
    if len(summary) > SUMMARY:
        summary = summary[: SUMMARY - 1].rstrip() + "…"
    title = f"#{number} {ticket.subject}"
    return Card(number, title, facts, summary, url, buttons(number, ticket))


def buttons(number: int, ticket: Ticket) -> tuple[Button, ...]:
    """What can be pressed on the card now."""
    if ticket.merged_into or ticket.status == "closed":
        return ()
    acts = ON_CARD if ticket.status in ACTIVE else ("reply", "note", "reopen")
    shown = [each for each in acts if each != "claim" or not ticket.assignee]
    return tuple(Button(press_id(number, each), ACTS[each]) for each in shown)


def more_buttons(number: int, status: str) -> tuple[Button, ...]:
    """What "More" offers."""
    acts = ("resume" if status == "on_hold" else "hold", "release", "give_back")
    return tuple(Button(press_id(number, each), ACTS[each]) for each in acts)


def press_id(number: int, act: str) -> str:
    """What a button carries: all that a press needs, also months later."""
    return f"card/{number}/{act}"


def pressed(written: str) -> tuple[int, str] | None:
    """The ticket and the act that `press_id` wrote; None for anything else."""
    what, _, rest = written.partition("/")
    number, _, act = rest.partition("/")
    known = what == "card" and number.isascii() and number.isdecimal() and act in ACTS
    return (int(number), act) if known and len(number) < 10 else None


def key_of(channel: str, identity: str) -> str:
    """A key of 25 characters that is always the same for one thing on a platform."""
    return "p" + hashlib.blake2b(f"{channel} {identity}".encode(), digest_size=12).hexdigest()


def after_prefix(text: str, prefix: str) -> str | None:
    """What is to be said to the requester; None when it is a note: the prefix must come first,
    as a word of its own."""
    wanted = prefix.strip()
    if not wanted or not text.startswith(wanted):
        return None
    rest = text[len(wanted) :]
    return rest.strip() if not rest or rest[0].isspace() else None


def due(at: datetime) -> str:
    """A time as it is shown."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
