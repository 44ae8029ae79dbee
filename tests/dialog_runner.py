"""Conversations as tests: Markdown files in tests/dialogs, which people can read and write.

    # Title
    > what the user writes
    what the bot answers, as plain text (sources and choices numbered)

    > 2
    (nothing)

A line that begins with `>` is a message of the user; if it is the number or the label
of a choice just offered, it is that choice. What follows is the whole of what the bot
says to it, several replies divided by a line `---`. White space does not count; `…`
stands for anything; `(nothing)` is no reply. Too few or too many replies fail.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.text import as_text
from bot.channel import Address, Choice, Incoming, Outgoing, Sender
from bot.desk import Desk

NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Exchange:
    line: int
    said: str
    expected: tuple[str, ...]


def read_dialog(path: Path) -> list[Exchange]:
    """The exchanges of a file. Raises ValueError, with file and line, for one that has none."""
    exchanges: list[Exchange] = []
    said, line, answer = "", 0, ""
    for number, text in enumerate([*path.read_text().splitlines(), "> "], start=1):
        if not text.startswith(">"):
            answer += text + "\n"
            continue
        if line:
            replies = tuple(reply.strip() for reply in re.split(r"(?m)^---$", answer))
            if not all(replies):
                raise ValueError(f"{path}:{line}: no reply is expected; write (nothing)")
            exchanges.append(Exchange(line, said, replies))
        said, line, answer = text[1:].strip(), number, ""
    if not exchanges:
        raise ValueError(f"{path}: no line begins with '>'")
    return exchanges


def converse(desk: Desk, path: Path) -> list[str]:
    """Hold the dialog with the desk; every difference in words, none if it went as written."""
    address = Address("dialog", f"{path.name} {next(NUMBERS)}")
    choices: tuple[Choice, ...] = ()
    wrong = []
    for exchange in read_dialog(path):
        replies = _said_to(desk, address, exchange.said, choices)
        choices = next((reply.choices for reply in reversed(replies) if reply.choices), ())
        got = tuple(as_text(reply) for reply in replies) or ("(nothing)",)
        if len(got) != len(exchange.expected) or not all(map(matches, exchange.expected, got)):
            expected, found = "\n---\n".join(exchange.expected), "\n---\n".join(got)
            wrong.append(
                f"{path}:{exchange.line}: > {exchange.said}\nexpected:\n{expected}\ngot:\n{found}\n"
            )
    return wrong


def matches(expected: str, got: str) -> bool:
    """Whether the words are the same, `…` being any."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in expected.split("…"))
    flat = " ".join(got.split())
    return (
        re.fullmatch(pattern.replace(r"\ .*", r"\ ?.*").replace(r".*\ ", r".*\ ?"), flat)
        is not None
    )


def _said_to(
    desk: Desk, address: Address, text: str, choices: tuple[Choice, ...]
) -> list[Outgoing]:
    picked = next((c for n, c in enumerate(choices, 1) if text in (str(n), c.label)), None)
    desk.accept(
        Incoming(
            address,
            f"{address.thread} {next(NUMBERS)}",
            Sender("reader"),
            picked.label if picked else text,
            datetime.now(UTC),
            picked.id if picked else None,
        )
    )
    while desk.take_turn():
        pass
    return _delivered(desk)


def _delivered(desk: Desk) -> list[Outgoing]:
    replies: list[Outgoing] = []
    while due := desk.due(100, "dialog"):
        replies += due
        for outgoing in due:
            desk.sent(outgoing.key, outgoing.key)
    return replies
