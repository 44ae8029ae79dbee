"""All that the author of a channel needs: what is heard, what is said, and the port between.

A channel turns its platform's events into `Heard` and our `Outgoing` into posts. It
decides nothing about answers and keeps nothing that must not be lost: `receive`
returns only once what was heard is stored, and only then may the platform be told
"got it".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from bot.views import Accepted


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation lives. `thread` is the channel's own and opaque to the bot."""

    channel: str
    thread: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: the platform's id, and a name to show (may be empty)."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press instead of typing. `id` comes back in `Incoming.choice`."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from; `number` is what the text cites as `[1]`."""

    number: int
    title: str
    section: str
    url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; neither its name nor its type can be trusted."""

    name: str
    media_type: str
    content: bytes = field(repr=False, default=b"")
    url: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as the channel heard it.

    `external_id` is the message's identity on the platform: the same whenever the
    platform delivers the message again. `choice` is the id of a pressed `Choice`;
    `text` is then its label. `sent_at` is aware (UTC). `only_if_sure` marks a message that
    nobody addressed to the bot: it is answered when the bot is sure, else met with silence.
    `for_people` says that the sender asked for people (a ticket form, say): it is handed
    over without an answer.
    """

    address: Address
    external_id: str
    sender: Sender
    text: str
    sent_at: datetime
    choice: str | None = None
    attachments: tuple[Attachment, ...] = ()
    only_if_sure: bool = False
    for_people: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that its writer changed afterwards."""

    address: Address
    external_id: str
    text: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message that was taken back."""

    address: Address
    external_id: str
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class Rating:
    """👍 or 👎 on one of our messages, named by its `Outgoing.key`. A later one replaces an earlier;
    the same again without a `comment` leaves the words of the earlier."""

    address: Address
    key: str
    sender: Sender
    helpful: bool
    sent_at: datetime
    comment: str = ""


Heard = Incoming | Rating | Edit | Deletion

Sort = Literal["answer", "ask_back", "abstain", "notice"]

Standing = Literal["open", "solved", "with_people"]
"""How a conversation stands once a message of ours is delivered."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to deliver. `text` is Markdown; `key` is the same on every attempt.

    `rateable` asks the channel to offer 👍 and 👎 (which come back as a `Rating`).
    `author` is the name of the person who says it, or of their team, and empty when the bot
    does; a channel shows it with the text. `attachments` go with what people say.
    `attempt` counts from 1: above 1 an earlier attempt may have arrived, so a channel that
    can look for its own copy by the key does that first. `standing` says how the
    conversation stands after it: a channel with a sign for that (a tag, a reaction) shows it.
    """

    key: str
    address: Address
    text: str
    sort: Sort = "notice"
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()
    rateable: bool = False
    attempt: int = 1
    standing: Standing = "open"
    author: str = ""
    attachments: tuple[Attachment, ...] = ()


class SendError(Exception):
    """A delivery that failed. Permanent: never again; else again, not before `retry_after` seconds.

    `broken` says that the whole channel cannot send (its token was revoked, say): its
    queue is parked, and tried again only now and then, until a delivery goes through.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        broken: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.broken = broken


Receive = Callable[[Heard], Awaitable["Accepted"]]
"""Keeps what was heard and tells what became of it.

Returns once it is stored (also when it was known already); raises if it was not.
"""


class Adapter(Protocol):
    """One channel. Two methods: hear and speak."""

    @property
    def name(self) -> str:
        """The `Address.channel` of all its conversations."""

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled; the channel may be told "got it" once `receive` returns."""

    async def send(self, outgoing: Outgoing) -> str:
        """Deliver one message and return the channel's id for it. Raises SendError."""


class Bookmarks(Protocol):
    """How far a channel has heard, kept over restarts; for channels that can fetch what they missed."""

    async def load(self, channel: str) -> dict[str, str]:
        """The mark of every place (a platform's channel or thread) of the channel."""

    async def save(self, channel: str, place: str, mark: str) -> None:
        """Remember that all up to the mark was received. Save after `receive` returned."""


class ShowsWork(Protocol):
    """A capability that some adapters have: a sign that an answer is on its way."""

    async def working(self, incoming: Incoming) -> None:
        """Show the sign; what is sent next in that thread takes it away. Never raises."""
