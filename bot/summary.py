"""What a person must know who takes a conversation over, from what was said alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from bot.context import FORGET, root_question
from bot.model import FOR_PEOPLE, Message
from bot.mood import mood_of, platform_of

SUBJECT = 100
QUOTE = 300
LAST = 4
ASIDE = frozenset({"same:new"})
"""Choices that say nothing of the problem: that a new ticket is wanted for it."""


def subject(messages: Sequence[Message]) -> str:
    """The problem in one line of at most 100 characters."""
    found = problem(messages)
    return shortened(found.text, SUBJECT) if found else "(no text)"


def summary(messages: Sequence[Message], reason: str) -> str:
    """Problem, why it was handed over, platform and mood where they were said, what the bot
    answered, and the last messages, as plain text.

    `messages` are the conversation in order, with the message that led here as the last
    of the user's. The same messages always give the same summary.
    """
    found = problem(messages)
    said = [m.text for m in messages if m.author == "user" and not m.deleted_at]
    parts = [f"Problem: {shortened(found.text, QUOTE) if found else '(no text)'}"]
    parts.append(f"Handed over because: {reason}")
    if platform := platform_of(said):
        parts.append(f"Platform: {platform}")
    if mood := mood_of(said[-LAST:]):
        parts.append(f"Mood: {mood}")
    answers = [_answer(message) for message in messages if message.sort == "answer"]
    parts.append(
        "The bot answered:\n" + "\n".join(answers) if answers else "The bot answered: nothing"
    )
    last = [f"- {message.author}: {shortened(message.text, QUOTE)}" for message in messages[-LAST:]]
    parts.append("Last messages:\n" + "\n".join(last))
    return "\n\n".join(parts)


def problem(messages: Sequence[Message]) -> Message | None:
    """The message of the user that says what this is about.

    That is the first one of the current topic that was searched for: a greeting is not.
    In a flow it is the one that began the flow. Where none was, and for a message that
    could not be handled or was sent to people by a form, it is the last one.
    """
    said = [
        m
        for m in messages
        if m.author == "user" and m.text.strip() and not m.deleted_at and m.choice not in ASIDE
    ]
    if not said or said[-1].state == "dead" or said[-1].choice == FOR_PEOPLE:
        return said[-1] if said else None
    fresh = _since_fresh_start(messages)
    if began := _began_flow(fresh):
        return began
    roots = {m.in_reply_to: root_question(m.evidence) for m in fresh if m.evidence}
    topic = next(reversed(roots.values()), None)
    return next((m for m in said if m.id in roots and roots[m.id] == topic), said[-1])


def _began_flow(messages: Sequence[Message]) -> Message | None:
    """The message that began the flow which the last one ends; None outside a flow."""
    *before, _last = [message for message in messages if message.author == "user"]
    steps = list(takewhile(lambda message: message.outcome == "flow", reversed(before)))
    return steps[-1] if steps else None


def _since_fresh_start(messages: Sequence[Message]) -> Sequence[Message]:
    """What was said since the last topic was solved, forgotten or handed over; the last message
    of the user is what leads to people now."""
    said = [place for place, message in enumerate(messages) if message.author == "user"]
    ends = [place for place in said[:-1] if _ends_topic(messages[place])]
    return messages[ends[-1] + 1 :] if ends else messages


def _ends_topic(message: Message) -> bool:
    return message.resolved or message.outcome == "human" or message.reason == FORGET


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
