"""A small real responder and a desk around it, shared by the tests of the core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channel import Address, Choice, Incoming, Outgoing, Sender, Source
from bot.desk import Database, Desk, DeskWording, open_database
from bot.turn import TICKET_NUMBER, Evidence, HandOff, Outcome, Reply, Response, Turn

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def hand_over(reason: str, outcome: Outcome = Outcome.HUMAN) -> Response:
    text = f"People take over. Your ticket is {TICKET_NUMBER}."
    return Response(outcome, (Reply(text),), reason, HandOff(1, reason))


def respond(turn: Turn) -> Response:
    """Echoes; `human` hands over, `many` says five things, `choose` offers, `quiet` is ignored."""
    said = turn.message.text
    if turn.message.choice:
        return Response(Outcome.ANSWERED, (Reply(f"chosen: {turn.message.choice}"),))
    if said == "human":
        return hand_over("asked for a human")
    if said == "many":
        return Response(Outcome.ANSWERED, tuple(Reply(f"part {n}") for n in range(1, 6)))
    if said == "choose":
        offered = (Choice("mac", "macOS"), Choice("win", "Windows"))
        return Response(Outcome.ASKED_BACK, (Reply("Which one?", "ask_back", offered),))
    if said == "quiet":
        return Response(Outcome.IGNORED, (), "nothing to say")
    if said == "fail":
        raise ValueError("this message cannot be handled")
    if said == "count":
        return Response(Outcome.ANSWERED, (Reply(f"before: {len(turn.history)}"),))
    cited = Source(1, "Echo", "How", "https://example.org/echo")
    evidence = Evidence(said[:80], 0.9, "v1", (("echo#1", 0.9),), ("echo",))
    reply = Reply(f"you said: {said} [1]", "answer", (), (cited,), True, evidence)
    return Response(Outcome.ANSWERED, (reply,), "sure")


WORDING = DeskWording(
    failed=lambda _turn: hand_over("error"),
    left_out=lambda kept, left_out: Reply(f"I read {kept} characters and left {left_out} out."),
    files_left_out=lambda names: Reply(f"I could not take: {', '.join(names)}"),
    too_fast=lambda: Reply("You are too fast."),
    edited=lambda choice: Reply("You changed it.", choices=(Choice(choice, "Answer again"),)),
)


def new_desk(database: Database, **settings: Any) -> Desk:
    settings.setdefault("wording", WORDING)
    settings.setdefault("articles_exist", lambda _articles: True)
    return Desk(database, settings.pop("respond", respond), **settings)


@contextmanager
def opened(place: Path | str) -> Iterator[Database]:
    """The SQLite file of that path, or the database of that URL."""
    database = open_database(place if isinstance(place, str) else f"sqlite:///{place}")
    try:
        yield database
    finally:
        database.close()


def message(text: str, external_id: str = "1", thread: str = "main", **more: Any) -> Incoming:
    more.setdefault("sender", Sender("ann", "Ann"))
    more.setdefault("sent_at", NOON)
    return Incoming(Address("memory", thread), external_id, text=text, **more)


def deliver_all(desk: Desk) -> list[Outgoing]:
    """Take all turns and deliver all that is due; what was delivered, in order."""
    while desk.take_turn():
        pass
    delivered: list[Outgoing] = []
    while due := desk.due(100):
        for outgoing in due:
            delivered.append(outgoing)
            desk.sent(outgoing.key, f"platform-{outgoing.key}")
    return delivered


def texts(outgoing: Iterable[Outgoing]) -> list[str]:
    return [one.text for one in outgoing]
