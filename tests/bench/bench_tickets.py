"""The inbox over fifty thousand tickets: `python tests/bench/bench_tickets.py [tickets]`.

Half of them are worked on, in three tiers, by forty agents; each has a conversation of four
messages. Prints the median and the 95th percentile of each thing that agents look at.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session
from starlette.requests import Request

from adapters.console.inbox_doors import InboxDoors
from adapters.console.inbox_page import InboxPages
from adapters.console.inbox_query import Query
from adapters.console.pages import Pages
from bot.accounts import Accounts
from bot.console import Console, ConsoleWording
from bot.desk import Database, open_database
from bot.inbox_model import TicketVector
from bot.meaning import Meaning
from bot.model import Conversation, Message, Ticket, TicketEvent
from bot.model_tickets import Requester, RequesterIdentity, TicketTalk, TicketText
from bot.passwords import Passwords
from bot.people import Person, Role
from bot.presence import Presence
from bot.sign_in import SignedIn
from bot.ticket_views import Filters, Sort, View
from bot.worklist import Worklist
from knowledge.alike import Alike
from knowledge.embedder import Vectors

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AGENT = Person("agent7", "Agent Seven", Role.AGENT, frozenset({1, 2}))
WORDS = [
    "printer",
    "jam",
    "login",
    "password",
    "invoice",
    "update",
    "crash",
    "screen",
    "slow",
    "network",
    "backup",
    "mail",
]
ROUNDS = 30


def fill(session: Session, count: int) -> None:
    """Rows as the program would have left them."""
    dice = random.Random(7)
    numbers = range(1, count + 1)
    people = count // 5
    rows: dict[type, list[dict[str, Any]]] = {
        Requester: [{"name": f"Person {n}", "created_at": NOW} for n in range(1, people + 1)],
        RequesterIdentity: [
            {
                "requester_id": n,
                "channel": "web",
                "sender": f"p{n}",
                "linked_by": "",
                "linked_at": NOW,
            }
            for n in range(1, people + 1)
        ],
        Conversation: [
            {
                "channel": "web",
                "thread": f"t{n}",
                "requester": f"p{n % people + 1}",
                "opened_at": NOW,
                "holder": "agent",
                "version": 3,
            }
            for n in numbers
        ],
        Ticket: [ticket(n, people, dice) for n in numbers],
        TicketTalk: [{"ticket_id": n, "conversation_id": n, "only_some": False} for n in numbers],
        TicketEvent: [
            {"ticket_id": n, "at": NOW, "actor": "bot", "what": what, "why": "", "detail": {}}
            for n in numbers
            for what in ("opened", "claimed", "replied")
        ],
        Message: [message(n, place, dice) for n in numbers for place in range(4)],
        TicketText: [
            {
                "ticket_id": n,
                "kind": "ticket",
                "source_id": n,
                "text": " ".join(dice.choices(WORDS, k=20)),
            }
            for n in numbers
        ],
    }
    packed = Alike(Scattered()).pack([""] * count)
    rows[TicketVector] = [
        {"ticket_id": n, "embedder": Scattered.name, "vector": packed[n - 1]} for n in numbers
    ]
    for kind, values in rows.items():
        session.execute(insert(kind), values)


def ticket(number: int, people: int, dice: random.Random) -> dict[str, Any]:
    active = dice.random() < 0.5
    status = dice.choice(["new", "open", "pending"]) if active else "closed"
    changed = NOW - timedelta(minutes=dice.randrange(500_000))
    return {
        "conversation_id": number, "requester_id": number % people + 1, "requester": "p",
        "tier": dice.choice([1, 1, 2, 3]), "subject": " ".join(dice.choices(WORDS, k=5)),
        "summary": "Problem: it does not work.", "reason": "asked", "opened_at": changed,
        "status": status, "type": "question", "priority": dice.choice(["normal", "high"]),
        "queue": dice.choice(["support", "billing"]),
        "assignee": dice.choice([None, *(f"agent{n}" for n in range(40))]) if status != "new" else None,
        "tags": ["vip"] if dice.random() < 0.02 else [], "fields": {}, "followers": [],
        "version": 3, "active": active, "updated_at": changed,
        "due_at": changed + timedelta(days=300) if active else None,
    }  # fmt: skip


def message(number: int, place: int, dice: random.Random) -> dict[str, Any]:
    return {
        "conversation_id": number, "channel": "web", "external_id": f"{number}-{place}",
        "author": ("user", "bot", "user", "agent")[place], "sender": "p", "sender_name": "P",
        "text": " ".join(dice.choices(WORDS, k=30)), "sent_at": NOW, "received_at": NOW,
        "state": "done", "attempts": 1, "reason": "", "left_out": 0, "files": 0, "resolved": False,
        "sort": "notice", "choices": [], "sources": [], "rateable": False, "only_if_sure": False,
        "standing": "open",
    }  # fmt: skip


def measure(what: str, look: Callable[[], object]) -> None:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        look()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(
        f"{what:<34} p50 {statistics.median(times):7.1f} ms   p95 {times[int(ROUNDS * 0.95)]:7.1f} ms"
    )


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'desk.db'}")
        database.write(lambda s: fill(s, count))
        console = Console(
            database, wording=ConsoleWording(lambda _old, _new: ""), clock=lambda: NOW
        )
        lists = Worklist(database, console)
        print(f"{count} tickets")
        for view in View:
            measure(f"inbox {view}", lambda view=view: console.inbox(AGENT, view))
        second = console.inbox(AGENT).next
        measure("inbox all, second page", lambda: console.inbox(AGENT, after=second))
        measure("inbox all, tag", lambda: console.inbox(AGENT, View.ALL, Filters(tags=("vip",))))
        measure("inbox all, closed", lambda: console.inbox(AGENT, View.ALL, Filters(("closed",))))
        measure("counts", lambda: console.counts(AGENT))
        measure("ticket page", lambda: console.ticket(AGENT, count // 2))
        words = Filters(words="printer invoice")
        measure("inbox all, words", lambda: console.inbox(AGENT, View.ALL, words))
        measure("inbox all, due first", lambda: console.inbox(AGENT, View.ALL, sort=Sort.DUE))
        measure("unread of a page", lambda: lists.unread(AGENT, range(1, 51)))
        measure("search two words", lambda: console.search(AGENT, "printer invoice"))
        measure_pages(database, console, lists, count)
        database.close()


def measure_pages(database: Database, console: Console, lists: Worklist, count: int) -> None:
    """The inbox as it is served: everything but the network and the sign-in."""
    meaning = Meaning(database, Alike(Scattered()))
    meaning.similar(AGENT, 1)  # reads all vectors, once
    accounts = Accounts(database, Passwords(memory=8, rounds=1))
    for number in range(40):
        accounts.create(f"agent{number}", by="bench", name=f"Agent {number}", tiers=(1, 2))
    doors = InboxDoors(console, lists, accounts, Presence(database), meaning, clock=lambda: NOW)
    pages = InboxPages(Pages("Bench"), doors)
    scope = {"type": "http", "headers": [], "query_string": b"", "path": "/console/inbox"}
    request = Request(scope | {"state": {"signed_in": SignedIn(AGENT, "agent7", 1)}})
    for what, query in {
        "page all": Query("all"),
        "page breaching": Query("breaching"),
        "page all, tag": Query("all", tag="vip"),
        "page all, words": Query("all", q="printer invoice"),
        "page all, meaning": Query("all", q="printer invoice", by="meaning"),
    }.items():
        measure(what, lambda query=query: pages.draw(request, AGENT, query))
    measure("similar solved tickets", lambda: meaning.similar(AGENT, count // 2))


class Scattered:
    """Vectors that mean nothing, as many and as long as the model's."""

    name, dimension = "scattered", 384

    def embed(self, texts: Sequence[str]) -> Vectors:
        dice = np.random.default_rng(len(texts))
        rows = dice.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
