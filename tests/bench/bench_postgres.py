"""How fast one and four processes on a PostgreSQL are, and what its queries cost among a million messages.

Run: python tests/bench/bench_postgres.py [MESSAGES]

The server is a private one with all its safety (fsync on). The queries are also measured
on SQLite, with the same rows.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.channel import Address, Incoming, Receive, Sender
from bot.desk import Database, open_database
from bot.model import Conversation, Message, OutboxItem
from bot.store import claims, inbox, outbox
from bot.store.claims import Mine
from tests.bench.bench_core import CONVERSATIONS, Figures, Stream, idle, report, served
from tests.postgres_server import PostgresServer, name_of, postgres_server

SAFE = ("max_connections=200", "listen_addresses=")


class OfMany(Stream):
    """A stream of people of its own, on a channel of its own."""

    def __init__(self, name: str, count: int, rate: float, open_: int) -> None:
        super().__init__(count, rate, open_)
        self.name = name

    async def _hear(self, receive: Receive, number: int) -> None:
        who = f"u{number % CONVERSATIONS}"
        address = Address(self.name, who)
        start = time.perf_counter()
        self._started.setdefault(who, deque()).append(start)
        external_id = f"{self.name}{number}"
        await receive(Incoming(address, external_id, Sender(who), "why?", datetime.now(UTC)))
        self.kept.append(time.perf_counter() - start)


def worked(url: str, name: str, count: int, rate: float) -> Figures:
    return asyncio.run(served(url, OfMany(name, count, rate, 64), idle))


def speed(server: PostgresServer) -> None:
    report("PostgreSQL, 20 messages/s", [worked(server.new_database(), "one", 400, 20)])
    report("one process, as fast as it goes", [worked(server.new_database(), "one", 2000, 0)])
    url = server.new_database()
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        began = time.perf_counter()
        each = [processes.submit(worked, url, f"p{n}", 500, 0) for n in range(4)]
        found = [one.result() for one in each]
        took = time.perf_counter() - began
    slowest = min(one.per_second for one in found)
    print(
        f"four processes: 2000 messages in {took:.1f} s with their start, {4 * slowest:.0f}/s served"
    )


def filled(database: Database, messages: int) -> None:
    """Done messages and sent replies in 20,000 conversations; a few hundred wait."""
    now, talks = datetime.now(UTC), 20_000

    def some(rows: range) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            kept = [row for number in rows for row in _pair(number, talks, messages, now)]
            session.execute(insert(Message.__table__), kept)
            session.execute(insert(OutboxItem.__table__), [_item(n, messages, now) for n in rows])

        return work

    talk = {"channel": "c", "requester": "u", "opened_at": now, "holder": "bot", "version": 0}
    rows = [{**talk, "id": n + 1, "thread": f"t{n}"} for n in range(talks)]
    database.write(lambda s: s.execute(insert(Conversation.__table__), rows))
    for start in range(0, messages // 2, 5_000):
        database.write(some(range(start, min(start + 5_000, messages // 2))))


def _pair(number: int, talks: int, messages: int, now: datetime) -> list[dict[str, object]]:
    waits = number >= messages // 2 - 300
    told: dict[str, object] = {
        "sent_at": now,
        "received_at": now,
        "conversation_id": number % talks + 1,
    }
    told |= {
        "channel": "c",
        "sender_name": "",
        "attempts": 1,
        "reason": "",
        "left_out": 0,
        "files": 0,
    }
    told |= {"resolved": False, "sort": "notice", "choices": [], "sources": [], "rateable": False}
    told |= {"only_if_sure": False, "text": "A message of the usual length. " * 4}
    user = {"id": 2 * number + 1, "external_id": f"u{number}", "author": "user", "sender": "u"}
    bot = {"id": 2 * number + 2, "external_id": f"b{number}", "author": "bot", "sender": "bot"}
    return [told | user | {"state": "new" if waits else "done"}, told | bot | {"state": "done"}]


def _item(number: int, messages: int, now: datetime) -> dict[str, object]:
    waits = number >= messages // 2 - 300
    return {
        **{"id": number + 1, "key": f"b{number}", "message_id": 2 * number + 2, "attempts": 0},
        **{"conversation_id": number % 20_000 + 1, "created_at": now, "not_before": now},
        **{"state": "due" if waits else "sent", "error": ""},
    }


def queries(name: str, database: Database) -> None:
    """Each is undone again; the median and the worst of twenty."""
    now, member = datetime.now(UTC), database.member
    asked: dict[str, Callable[[Session], object]] = {
        "inbox.waiting": inbox.waiting,
        "outbox.due": lambda s: outbox.due(s, 16, "c", (), now),
    }
    if member:
        mine = Mine(member.id, 1)
        asked |= {
            "claims.waiting": claims.waiting,
            "claim_turn": lambda s: claims.claim_turn(s, mine, 19_900, now),
            "claim_deliveries": lambda s: claims.claim_deliveries(
                s, mine, most=16, channel="c", flying=(), now=now
            ),
        }
    for what, ask in asked.items():
        took = [_timed(database, ask) for _ in range(21)][1:]
        print(f"{name} {what}: median {statistics.median(took):.2f} ms, worst {max(took):.2f} ms")


class Undone(Exception):
    """Raised to leave everything as it was."""


def _timed(database: Database, ask: Callable[[Session], object]) -> float:
    found = 0.0

    def work(session: Session) -> None:
        nonlocal found
        session.connection()
        began = time.perf_counter()
        ask(session)
        found = (time.perf_counter() - began) * 1000
        raise Undone

    try:
        database.write(work)
    except Undone:
        return found
    raise AssertionError("it was not undone")


def main(messages: int) -> None:
    with postgres_server(SAFE) as server:
        speed(server)
        url = server.new_database()
        database = open_database(url)
        filled(database, messages)
        queries(f"PostgreSQL, {messages} messages, never analysed:", database)
        server.execute("analyze", name_of(url))
        queries(f"PostgreSQL, {messages} messages, analysed:", database)
        database.close()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        filled(database, messages)
        queries(f"SQLite, {messages} messages:", database)
        database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
