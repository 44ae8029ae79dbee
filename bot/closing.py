"""A solved ticket's last message to its requester: "reopen", and how it was. Pure.

choices(say, ticket)          what can be pressed under it
meaning(turn)                 what somebody pressed or typed there, or wrote as their word
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.channel import Choice
from bot.model import Message
from bot.turn import Turn
from bot.wording import Wording
from bot.words import words

PRESSED = "closing:"
SCORES = (1, 2, 3, 4, 5)
REOPEN, COMMENT, SKIP = "reopen", "comment", "skip"
What = Literal["score", "reopen", "comment", "skip", "word"]


@dataclass(frozen=True, slots=True)
class Meant:
    """What was meant by a press: of which ticket, and with which score or word."""

    what: What
    ticket: int
    score: int = 0
    word: str = ""


def choices(say: Wording, ticket: int) -> tuple[Choice, ...]:
    """The scores from bad to good, and "reopen"."""
    scores = [Choice(f"{PRESSED}{n}:{ticket}", say("label_score", score=n)) for n in SCORES]
    return (*scores, reopen(say, ticket))


def reopen(say: Wording, ticket: int) -> Choice:
    """The button that reopens the ticket."""
    return Choice(f"{PRESSED}{REOPEN}:{ticket}", say("label_reopen"))


def after_score(say: Wording, ticket: int) -> tuple[Choice, ...]:
    """What can be pressed once a score was given."""
    return (Choice(f"{PRESSED}{COMMENT}:{ticket}", say("label_comment")), reopen(say, ticket))


def skip(say: Wording, ticket: int) -> Choice:
    """The button of who wants to say no word after all."""
    return Choice(f"{PRESSED}{SKIP}:{ticket}", say("label_no_comment"))


def meaning(turn: Turn) -> Meant | None:
    """What the message means here; None when it is about something else."""
    if turn.message.choice:
        return parsed(turn.message.choice)
    offered = offered_last(turn.history)
    typed = " ".join(words(turn.message.text))
    for choice in offered:
        meant = parsed(choice.id)
        if meant and typed and typed in (" ".join(words(choice.label)), str(meant.score or "")):
            return meant
    asked = [meant for choice in offered if (meant := parsed(choice.id)) and meant.what == SKIP]
    if asked and turn.message.text.strip():
        return Meant("word", asked[0].ticket, word=turn.message.text)
    return None


def parsed(choice: str) -> Meant | None:
    """The meaning of a choice's id; None for any that is not of a closing message."""
    what, _, number = choice.removeprefix(PRESSED).partition(":")
    if not choice.startswith(PRESSED) or not (number.isascii() and number.isdigit()):
        return None
    ticket = int(number[:18])
    if what in (REOPEN, COMMENT, SKIP):
        return Meant(what, ticket)  # type: ignore[arg-type]
    known = what in map(str, SCORES)
    return Meant("score", ticket, int(what)) if known else None


def offered_last(history: Sequence[Message]) -> list[Choice]:
    """What could be pressed under the last thing that was said to the requester."""
    last = next((m for m in reversed(history) if m.author != "user"), None)
    return [Choice(**choice) for choice in last.choices] if last else []
