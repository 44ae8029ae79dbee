"""What agents are shown of tickets, as data: lists, one ticket whole, and what is asked of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.views import Line, TicketChange, TicketLine


class View(StrEnum):
    """A list of tickets. All but `all` leave out what is snoozed, and none shows what is over."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    """Nobody has it, in my tiers."""
    MY_TIERS = "my_tiers"
    BREACHING = "breaching"
    """A promise runs out within the hour, or has; the most urgent first."""
    ALL = "all"


class Sort(StrEnum):
    """In which order a list is."""

    CHANGED = "changed"
    """The last changed first."""
    DUE = "due"
    """The most urgent first; what has no due time comes last."""
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty means all. With `statuses`, `words` or `among` also what
    is over is shown.

    `words` are found in subjects, summaries, messages and notes; of more than 500 tickets that
    have them, the best 500 are listed. `among` are the only numbers to be looked at.
    """

    statuses: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    queues: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    assignee: str = ""
    requester: int = 0
    words: str = ""
    among: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of a list. `next` is given back for the page after it; empty on the last one."""

    tickets: tuple[TicketLine, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What agents wrote to each other, or (`suggestion`) what the bot would have said."""

    id: int
    kind: str
    author: str
    name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """Another ticket that belongs to this one: `kind` is `duplicate`, `related`, `parent` or
    `merged`. `ours` says that this ticket is the duplicate (the child, the merged one) of it."""

    kind: str
    ticket: TicketLine
    ours: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a requester is on a channel; `linked_by`: an account, `email`, or empty."""

    channel: str
    sender: str
    linked_by: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the bot answered from: `text` was searched for, `articles` and `passages` were found."""

    message: int
    text: str
    confidence: float
    articles: tuple[str, ...]
    passages: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class TicketWhole:
    """One ticket as one page. A requester's own has no notes, no events and no evidence.

    `holder` says who speaks in the conversation: `bot` or `agent`. `last_event` is the number
    from which `Console.changes` goes on.
    """

    ticket: TicketLine
    summary: str
    reason: str
    holder: str
    lines: tuple[Line, ...]
    fields: dict[str, object] = field(default_factory=dict)
    followers: tuple[str, ...] = ()
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: int | None = None
    notes: tuple[Note, ...] = ()
    events: tuple[TicketChange, ...] = ()
    links: tuple[Linked, ...] = ()
    history: tuple[TicketLine, ...] = ()
    """Other tickets of the requester, the newest first, at most 20."""
    identities: tuple[Identity, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    last_event: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a clock's time: `why` it does not count, or empty; `total` has counted by its end."""

    start: datetime
    end: datetime
    why: str
    total: timedelta


@dataclass(frozen=True, slots=True)
class PromiseClock:
    """A promise of a ticket, with its book. `due` is None while the clock is paused before it."""

    name: str
    policy: str
    promised: timedelta
    started: datetime
    due: datetime | None
    met_at: datetime | None
    counted: timedelta
    paused: bool
    breached: bool
    book: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that came with a message; one that was too large was not kept (`size` 0)."""

    id: int
    message: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class TicketSign:
    """What a page of a ticket looks at to learn whether it shows the truth: numbers of the last
    event, the last message and the last edit, and how many replies are on their way."""

    version: int
    event: int
    message: int
    edited: datetime | None
    due: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page shows beside the ticket; `clocks` are in the order of their start."""

    clocks: tuple[PromiseClock, ...]
    files: tuple[FileLine, ...]
    sign: TicketSign | None
