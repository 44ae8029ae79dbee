"""One event of a run with everything that can be settled at once: searches and questions in between.

settle(book, advance, …) -> Settled: the run, what is said, and what is to be done outside
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.flow_state import Approval, Came, Request, Run, Said
from bot.flow_walk import Aids, Book, HandedOff, Say
from bot.flows import Advance, advance, reminder
from bot.turn import Reply

Look = Callable[[str], tuple[Reply, ...] | None]
"""Answers a question from the articles; None when it is not sure of an answer."""
_SEARCHES = 20


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an event. `passed` are (flow, step, edge) for counting."""

    run: Run
    replies: tuple[Reply, ...] = ()
    passed: tuple[tuple[str, str, str], ...] = ()
    request: Request | None = None
    approval: Approval | None = None
    handed: HandedOff | None = None


def settle(
    book: Book, first: Advance, said: Said | None, now: datetime, aids: Aids, look: Look
) -> Settled:
    """Answer what the flow or the user wants looked up, and go on from there."""
    now_at = first
    says: list[Say | Reply] = list(first.says)
    passed = list(first.passed)
    for _ in range(_SEARCHES):
        if now_at.search is not None:
            found = look(now_at.search)
            says += found or ()
            came = Came(now_at.run.visit, "found" if found else "nothing")
            now_at = advance(book, now_at.run, came, now, aids)
        elif now_at.asked is not None and said is not None:
            answer = look(now_at.asked)
            if answer:
                says += [*answer, *reminder(book, now_at.run, now, aids)]
                break
            now_at = advance(book, now_at.run, _plain(said), now, aids)
        else:
            break
        says += now_at.says
        passed += now_at.passed
    return Settled(
        now_at.run,
        merged(says),
        tuple(passed),
        now_at.request,
        now_at.approval,
        now_at.handed,
    )


def _plain(said: Said) -> Said:
    return Said(said.text, said.choice, said.files, plain=True)


def merged(says: Sequence[Say | Reply]) -> tuple[Reply, ...]:
    """As few messages as it takes: what comes before a question goes into the same one."""
    replies: list[Reply] = []
    open_text: list[str] = []
    for say in says:
        if isinstance(say, Reply):
            replies += _closed(open_text)
            replies.append(say)
        elif say.choices:
            replies.append(Reply("\n\n".join([*open_text, say.text]), choices=say.choices))
            open_text = []
        else:
            open_text.append(say.text)
    return (*replies, *_closed(open_text))


def _closed(texts: list[str]) -> list[Reply]:
    """What was gathered as one message; nothing is gathered any more."""
    found = [Reply("\n\n".join(texts))] if texts else []
    texts.clear()
    return found
