"""What a person must know who takes a conversation over, from its messages alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Message

SUBJECT = 100
QUOTE = 300
LAST = 4
ABOUT = {"answered", "asked_back", "abstained", "flow"}
"""Outcomes of messages that said what the requester needs (a greeting does not)."""


def subject(messages: Sequence[Message]) -> str:
    """The problem in one line of at most 100 characters."""
    found = problem(messages)
    return shortened(found.text, SUBJECT) if found else "(no text)"


def summary(messages: Sequence[Message], reason: str) -> str:
    """Problem, why it was handed over, what the bot answered, and the last messages, as plain text.

    `messages` are the conversation in order, with the message that led here as the last
    of the user's. The same messages always give the same summary.
    """
    found = problem(messages)
    parts = [f"Problem: {shortened(found.text, QUOTE) if found else '(no text)'}"]
    parts.append(f"Handed over because: {reason}")
    answers = [_answer(message) for message in messages if message.sort == "answer"]
    parts.append(
        "The bot answered:\n" + "\n".join(answers) if answers else "The bot answered: nothing"
    )
    last = [f"- {message.author}: {shortened(message.text, QUOTE)}" for message in messages[-LAST:]]
    parts.append("Last messages:\n" + "\n".join(last))
    return "\n\n".join(parts)


def problem(messages: Sequence[Message]) -> Message | None:
    """The first message of the user that was about something, else their first with any text."""
    said = [message for message in messages if message.author == "user" and message.text.strip()]
    about = [message for message in said if message.outcome in ABOUT]
    return next(iter(about or said), None)


def shortened(text: str, limit: int) -> str:
    """The text on one line, cut at a word with an ellipsis when it is longer than `limit`."""
    line = " ".join(text[: 4 * limit].split())
    if len(line) <= limit and len(text) <= 4 * limit:
        return line
    cut = line[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"


def _answer(message: Message) -> str:
    titles = ", ".join(str(source["title"]) for source in message.sources)
    return f"- {shortened(message.text, QUOTE)}" + (f" (from: {titles})" if titles else "")
