"""Tickets as they go over the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from adapters.api import models
from bot.ticket_views import TicketWhole

Type = Literal["question", "incident", "problem", "request", "bug", "feature"]
Priority = Literal["low", "normal", "high", "urgent"]
Status = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
_NO_NUL = r"^[^\x00]*$"


def _in_our_time(at: datetime) -> datetime:
    if not 2000 <= at.year <= 3000:
        raise ValueError("a time between the years 2000 and 3000 is wanted")
    return at.astimezone(UTC)


Number = Annotated[int, Field(ge=1, lt=2**31)]
Tier = Annotated[int, Field(ge=1, le=99)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=_NO_NUL)]
Why = Annotated[str, StringConstraints(max_length=2_000, pattern=_NO_NUL)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=_NO_NUL)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_NO_NUL)]
Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_in_our_time)]
Scalar = str | int | float | bool | None


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Seen(_Sent):
    """An act: `version` is the ticket's as you saw it; without it, whatever came meanwhile is acted upon."""

    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    why: Why = ""


class Onward(Seen):
    """To which tier; the next one when none is given."""

    tier: Tier | None = None


class Given(Seen):
    """To whom: the id of an account, or null for nobody."""

    to: Short | None


class Asleep(Seen):
    """Out of sight until then, or until the requester writes."""

    until: Moment


class Into(Seen):
    """Which ticket it goes on in."""

    into: Number


class Apart(Seen):
    """Which messages are another matter, and what the new ticket is called."""

    messages: Annotated[list[Number], Field(min_length=1, max_length=500)]
    subject: Annotated[str, StringConstraints(max_length=255, pattern=_NO_NUL)] = ""


class NewLink(_Sent):
    """This ticket is `kind` of the other: its duplicate, its child (`parent`), or only related."""

    other: Number
    kind: Literal["duplicate", "related", "parent"] = "related"


class NewNote(_Sent):
    """Something for agents alone; the requester never sees it."""

    text: Body


class NewReply(_Sent):
    """Something said to the requester, in Markdown. `then` is the ticket's state afterwards."""

    text: Body
    then: Literal["pending", "open", "on_hold", "solved"] = "pending"
    version: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class Someone(_Sent):
    """A person who is known to your program by `id`: what they are answered waits in the ticket."""

    id: Line
    name: Annotated[str, StringConstraints(max_length=255, pattern=_NO_NUL)] = ""


class NewTicket(_Sent):
    """A ticket for a `requester` (a number that another ticket has) or a `person` of your program."""

    subject: Annotated[str, StringConstraints(max_length=255, pattern=_NO_NUL)] = ""
    text: Body
    requester: Number | None = None
    person: Someone | None = None
    type: Type | None = None
    priority: Priority | None = None
    queue: Short | None = None
    tier: Tier | None = None
    tags: Annotated[list[Short], Field(max_length=50)] = []


class Changes(Seen):
    """Other values; what is not given stays. `tags` and `fields` are replaced whole."""

    subject: Line | None = None
    type: Type | None = None
    priority: Priority | None = None
    queue: Short | None = None
    tags: Annotated[list[Short], Field(max_length=50)] | None = None
    fields: Annotated[dict[Short, Scalar], Field(max_length=100)] | None = None


class _Told(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Acted(_Told):
    """What an act came to: `version` is the ticket's now, `new` is false when it was done before."""

    number: int
    version: int
    event: int
    status: Status
    assignee: str | None
    new: bool


class Ticket(_Told):
    """A ticket in a list. `assignee` is an account's id; `requester` is who they are on `channel`."""

    id: int
    version: int
    subject: str
    status: Status
    type: Type
    priority: Priority
    tier: int
    queue: str
    assignee: str | None
    tags: list[str]
    reason: str
    channel: str
    requester: str
    requester_id: int
    requester_name: str
    opened_at: datetime
    updated_at: datetime | None
    due_at: datetime | None
    snoozed_until: datetime | None


class Tickets(BaseModel):
    """A page of tickets. `next` is the `after` of the page that follows; empty on the last one."""

    tickets: list[Ticket]
    next: str = ""


class Event(_Told):
    """One thing that happened to a ticket. `detail.set` are the values that it changed."""

    id: int
    ticket: int
    at: datetime
    actor: str
    name: str
    what: str
    why: str
    detail: dict[str, Any]


class Events(BaseModel):
    """Events in order. The `id` of the last one is the `after` of the next request."""

    events: list[Event]


class Note(_Told):
    """What agents wrote to each other; a `suggestion` is what the bot would have said."""

    id: int
    kind: str
    author: str
    name: str
    text: str
    at: datetime


class Notes(BaseModel):
    """All notes of a ticket, oldest first."""

    notes: list[Note]


class Linked(_Told):
    """A ticket that belongs to this one; `ours`: this one is the duplicate (child, merged one)."""

    kind: str
    ours: bool
    ticket: Ticket


class Identity(_Told):
    """Who the requester is on a channel."""

    channel: str
    sender: str
    linked_by: str


class WholeTicket(BaseModel):
    """A ticket with its conversation. A requester's own has no summary, links and identities."""

    ticket: Ticket
    summary: str
    holder: Literal["bot", "agent"]
    fields: dict[str, Any]
    followers: list[str]
    solved_at: datetime | None
    closed_at: datetime | None
    merged_into: int | None
    messages: list[models.Message]
    links: list[Linked]
    identities: list[Identity]


def whole(found: TicketWhole, site: str) -> WholeTicket:
    """A ticket as the API shows it."""
    return WholeTicket.model_validate(
        {
            "ticket": Ticket.model_validate(found.ticket),
            "summary": found.summary,
            "holder": found.holder,
            "fields": found.fields,
            "followers": list(found.followers),
            "solved_at": found.solved_at,
            "closed_at": found.closed_at,
            "merged_into": found.merged_into,
            "messages": [models.message(line, site) for line in found.lines],
            "links": [Linked.model_validate(each) for each in found.links],
            "identities": [Identity.model_validate(each) for each in found.identities],
        }
    )
