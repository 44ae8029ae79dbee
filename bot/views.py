"""What the desk tells: data only, free of the database, for pages, the command line and health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.channel import Choice, Source
from bot.timing import BOUNDS, Spread

__all__ = [
    "BOUNDS",
    "Accepted",
    "DeadAct",
    "DeadLetter",
    "Delivery",
    "Line",
    "Queue",
    "Spread",
    "Stats",
    "TicketChange",
    "TicketLine",
    "TicketPage",
    "Trace",
]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of something heard.

    `new` is False when it was known already (a redelivery). `conflict` says that the
    same identity had been kept with another content: the first one stands.
    `message_id` is the message kept, rated, edited or deleted; None for a rating of
    nothing that was said in that conversation, and for an edit or deletion of a message
    that is not known: these are not kept. `awaited` says that a reply will come for sure,
    and not behind many others to the same person, so that a sign of work is in place.
    """

    message_id: int | None
    new: bool
    conflict: bool = False
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation as it is shown. Text is Markdown from the bot, plain from others.

    `key` is the `Outgoing.key` (empty for others' messages). `rated` is what the given
    person said of it. `state` of a user's message: `new` while the bot works on it,
    then `done` or `dead`; of the bot's: `due`, `sent` or `dead`. `earlier` is what it said
    before its edits, oldest first; a message that was taken back has `deleted_at`.
    """

    id: int
    author: str
    name: str
    text: str
    at: datetime
    state: str
    sort: str = "notice"
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()
    rateable: bool = False
    key: str = ""
    rated: bool | None = None
    earlier: tuple[str, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One reply on its way: `error` is the last failure, `external_id` the channel's id once sent."""

    key: str
    sort: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    external_id: str | None
    error: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A user's message and its whole way. `outcome` is None while it waits; times are UTC."""

    message_id: int
    channel: str
    thread: str
    external_id: str
    sent_at: datetime
    received_at: datetime
    taken_at: datetime | None
    done_at: datetime | None
    state: str
    attempts: int
    outcome: str | None
    reason: str
    left_out: int
    deliveries: tuple[Delivery, ...]
    evidence: tuple[Mapping[str, object], ...]
    ticket: int | None


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list. `requester` is their id on the channel, `assignee` an account.

    `due_at` is the next time a promise runs out; None while none does.
    """

    id: int
    tier: int
    status: str
    subject: str
    requester: str
    reason: str
    channel: str
    opened_at: datetime
    queue: str = ""
    priority: str = "normal"
    type: str = "question"
    assignee: str | None = None
    tags: tuple[str, ...] = ()
    requester_id: int = 0
    requester_name: str = ""
    updated_at: datetime | None = None
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class TicketChange:
    """One event of a ticket. `actor` is an account, `bot`, `clock` or `requester`; `name` is how
    they are called. `detail["set"]` are the new values."""

    at: datetime
    actor: str
    what: str
    why: str
    id: int = 0
    ticket: int = 0
    name: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket with all that belongs to it."""

    ticket: TicketLine
    summary: str
    events: tuple[TicketChange, ...]
    transcript: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class DeadAct:
    """What somebody did with a dead letter: `retried` or `dropped`."""

    what: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that failed too often, or a reply that was given up, or perhaps sent (`uncertain`).

    `id` is `m` or `r` with a number; `since` is when it came, or was to be sent.
    """

    id: str
    kind: str
    state: str
    channel: str
    thread: str
    reason: str
    attempts: int
    since: datetime
    text: str = field(repr=False)
    acts: tuple[DeadAct, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits on a channel: in the `inbox` for its turn, in the `outbox` to be delivered."""

    name: str
    channel: str
    count: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Stats:
    """How the desk is doing now; ages in seconds. `counts` are of this process since its start.

    Keys of `counts`: `accepted`, `redelivered`, `edited`, `deleted`, `ratings`,
    `turn_failed`, `sent`, `send_failed`, and `outcome_…` for each outcome. `broken` are the
    channels that cannot send, with the reason. `queues` are by channel, where something waits;
    `flow_timers` how many flows' timers are overdue, and for how long the oldest is; `spreads`
    how long the steps took, of this process.
    """

    inbox: int
    inbox_oldest: float
    inbox_dead: int
    outbox: int
    outbox_oldest: float
    outbox_dead: int
    tickets_open: int
    outbox_uncertain: int = 0
    last_error: str = ""
    last_error_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[Queue, ...] = ()
    flow_timers: tuple[int, float] = (0, 0.0)
    spreads: tuple[Spread, ...] = ()
