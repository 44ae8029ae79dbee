"""What a message's edit after its answer asks for. Pure."""

from __future__ import annotations

from bot.model import Message
from bot.words import words

AGAIN = "again:"
"""Begins the id of a choice that asks for an answer to an edited message; its id follows."""

DELETED = "taken back by its writer before it was answered"
"""The recorded reason of a message that was deleted in time."""

_WERE_ANSWERED = {"answered", "asked_back", "abstained"}


def asks_anew(message: Message, text: str) -> bool:
    """Whether the bot is to offer an answer to the new text: it answered the old one, and
    more than its punctuation is different."""
    return message.outcome in _WERE_ANSWERED and words(message.text) != words(text) != []


def choice_of(message_id: int) -> str:
    """The id of the choice that asks for an answer to the edited message."""
    return f"{AGAIN}{message_id}"


def message_of(choice: str | None) -> int | None:
    """The message that the choice asks to be answered; None for any other choice."""
    number = choice.removeprefix(AGAIN) if choice and choice.startswith(AGAIN) else ""
    return int(number) if number.isascii() and number.isdigit() else None
