"""The users' door: what is heard comes in, turns are taken, what is to be said goes out.

accept     T1  kept once, then the channel may be told "got it"
take_turn      counted, read, responded to outside any transaction, then
           T2  written all or nothing
due            what is to be delivered now
sent       T3  delivered
failed     T3  again later, or never: then people are told
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channel import Address, Heard, Outgoing, SendError
from bot.turn import Reply, Response, Turn
from bot.views import Accepted, Line, Stats, TicketLine, TicketPage, Trace


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken in, and how often something is tried.

    `text` in characters, `attachment` in bytes for each file, `attachments` files of a
    message, `history` messages that a turn sees. After `turn_attempts` a message goes
    to people; an undelivered reply is given up after `delivery`.
    """

    text: int = 1_000_000
    attachment: int = 10_000_000
    attachments: int = 10
    history: int = 50
    turn_attempts: int = 3
    delivery: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DeskWording:
    """What the desk itself has to say.

    `failed` hands a message over that could not be handled (a Response with a
    `hand_off`); `left_out(kept, left_out)` tells that a message was longer than the limit.
    """

    failed: Callable[[Turn], Response]
    left_out: Callable[[int, int], Reply]


class Desk:
    """One desk over one database. Safe to be called from many threads."""

    def accept(self, heard: Heard) -> Accepted:
        """Keep a message or a rating; returns once it is stored.

        Raises Refused for what no channel may send, DatabaseFailed when it could not
        be kept: then the channel must not be told "got it".
        """
        raise NotImplementedError

    def take_turn(self) -> bool:
        """Respond to one waiting message; False when none is free to be taken.

        Messages of one conversation are taken in the order of their arrival, those of
        different conversations by as many threads as call this. A message that fails
        `turn_attempts` times goes to people.
        """
        raise NotImplementedError

    def due(self, limit: int, channel: str | None = None) -> tuple[Outgoing, ...]:
        """What can be delivered now, oldest first: at most one of each conversation.

        The same is given again until `sent` or `failed` is told of it.
        """
        raise NotImplementedError

    def sent(self, key: str, external_id: str) -> None:
        """It was delivered, under the channel's id."""
        raise NotImplementedError

    def failed(self, key: str, error: SendError) -> None:
        """It was not delivered: again later, or never."""
        raise NotImplementedError

    def waiting(self, address: Address) -> bool:
        """Whether the bot still owes something there: a message not handled or a reply not sent."""
        raise NotImplementedError

    def transcript(self, address: Address, after: int = 0, sender: str = "") -> tuple[Line, ...]:
        """The conversation after the line `after`, in order; `rated` is told for `sender`."""
        raise NotImplementedError

    def trace(self, message_id: int) -> Trace | None:
        """The way of a user's message; None when there is no such message."""
        raise NotImplementedError

    def stats(self) -> Stats:
        """For health and metrics."""
        raise NotImplementedError

    def tickets(self) -> tuple[TicketLine, ...]:
        """All tickets, the newest first."""
        raise NotImplementedError

    def ticket(self, number: int) -> TicketPage | None:
        """One ticket; None when there is no such number."""
        raise NotImplementedError


Clock = Callable[[], datetime]
ArticlesExist = Callable[[Collection[str]], bool]
