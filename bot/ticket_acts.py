"""What an agent's door takes and tells, as data, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.channel import Address, Attachment
from bot.people import Act, Person, may


class Forbidden(Exception):
    """The person may not do this with this ticket, or there is no such ticket for them."""


class NoSuchTicket(Forbidden):
    """There is no ticket of that number that the person may see."""


class StaleTicket(Exception):
    """Somebody else acted since the ticket was looked at: `by` (a name) did `what`.

    `version` is the one to act upon next, once the page was looked at again.
    """

    def __init__(self, number: int, by: str, what: str, version: int) -> None:
        super().__init__(f"#{number} was changed meanwhile: {by} {what}. Look at it again.")
        self.number = number
        self.by = by
        self.what = what
        self.version = version


@dataclass(frozen=True, slots=True)
class Acted:
    """What an act came to: the ticket's new `version`, and the number of the event it wrote.

    `new` is False when a repeated act (the same key) was known already.
    """

    number: int
    version: int
    event: int
    status: str
    assignee: str | None
    new: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """A reply to the requester, in Markdown. `then` is the ticket's state afterwards:
    `pending`, `open`, `on_hold` or `solved`; `article` is the one that solves it."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    then: str = "pending"
    article: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket that an agent, or the API, opens for somebody.

    `requester` is one who is known; else `address` and `sender` say who and where.
    Without an address it is about their latest conversation. `text` is their problem.
    """

    subject: str
    text: str
    requester: int = 0
    address: Address | None = None
    sender: str = ""
    sender_name: str = ""
    type: str = ""
    priority: str = ""
    queue: str = ""
    tier: int = 0
    tags: tuple[str, ...] = ()
    by: str = "agent"


@dataclass(frozen=True, slots=True)
class ConsoleWording:
    """What requesters are told by acts of agents: that their ticket goes on in another one."""

    merged: Callable[[int, int], str]


def allow(person: Person, act: Act, number: int, tier: int, *, own: bool = False) -> None:
    """Raises Forbidden unless the person may do that; NoSuchTicket when they may not even see it."""
    if not may(person, Act.SEE_TICKET, tier=tier, own=own):
        raise NoSuchTicket(f"There is no ticket #{number}.")
    if not may(person, act, tier=tier, own=own):
        raise Forbidden(f"#{number} is in tier {tier}, and you do not work there.")
