"""The nouns of one turn of a conversation, data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.channel import Choice, Sort, Source
from bot.model import Conversation, Message


class Outcome(StrEnum):
    """What became of a message: exactly one of these, recorded with it."""

    ANSWERED = "answered"
    ASKED_BACK = "asked_back"
    ABSTAINED = "abstained"
    FLOW = "flow"
    HUMAN = "human"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Turn:
    """A message to respond to, and what is known when it is taken up.

    `history` is the conversation before the message, oldest first.
    """

    conversation: Conversation
    message: Message
    history: tuple[Message, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why the bot said what it said; kept with the message and with every rating of it.

    `question` is what was searched for (it may hold words of earlier turns),
    `passages` are ids with their scores, best first.
    """

    question: str
    confidence: float
    index: str
    passages: tuple[tuple[str, float], ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say: Markdown, with its sources and choices."""

    text: str
    sort: Sort = "notice"
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()
    rateable: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """The conversation goes to people: to which tier, and why."""

    tier: int
    reason: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What to do about a message. `reason` says why, in words for the trace."""

    outcome: Outcome
    replies: tuple[Reply, ...] = ()
    reason: str = ""
    hand_off: HandOff | None = None
    resolved: bool = False


Responder = Callable[[Turn], Response | None]
"""One way to respond; None leaves the message to the next."""
