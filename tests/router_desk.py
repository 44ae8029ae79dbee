"""A desk with one flow that needs buttons, a select, an approval and people, on any channel."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from bot.answers import Thresholds
from bot.ask import Asking
from bot.channel import Adapter
from bot.desk import Desk
from bot.wording import load_wording
from bot.worker import Pace, run
from config.flows import flow_clock
from config.serving import desk_over
from config.wiring import open_place
from indexer.sources.flows import as_article
from knowledge.content import Article
from tests.answers_support import SmallKnowledge
from tests.desk_support import opened
from tests.flow_support import flow
from tests.index_twins import HashedWords

SURE = Thresholds(in_scope=0.4, answer=0.0, sure=0.0)
BACKUP = Article("backup", "Make a backup", "Copy the database file while it runs.")

SYSTEMS = ("Windows 10", "Windows 11", "macOS", "Ubuntu", "Debian", "Fedora", "FreeBSD")
ROUTER = """
title: The router is offline
triggers:
  - my router is offline
  - the router has no connection
steps:
  system:
    ask: Which system do you use?
    choices: [Windows 10, Windows 11, macOS, Ubuntu, Debian, Fedora, FreeBSD]
    next: lamp
  lamp:
    ask: Which colour has the lamp?
    choices: {Red: restart, Green: replace}
  restart:
    instruct: Pull the plug, wait a minute, plug it in.
    "yes": solved
    "no": replace
  replace:
    approve: "A new router for {{ system }}."
    by: purchasing
    approved: ordered
    refused: people
    timed_out: people
  ordered: {ask: "Ordered. Where shall it go?", slot: address, next: solved}
  solved: {solved: "Good, you are online."}
  people:
    hand_off: "People look into it."
    priority: high
    queue: network
"""


class RouterDesk:
    """The desk as the program wires it, over one database file: served, stopped, served again."""

    def __init__(self, folder: Path, settings: str) -> None:
        (folder / "firstline.toml").write_text(settings, "utf-8")
        self.place = open_place(folder)
        content = [BACKUP, as_article(flow(ROUTER, "router"))]
        self.how = Asking(SmallKnowledge(content), load_wording(), SURE)

    @asynccontextmanager
    async def serving(self, *adapters: Adapter) -> AsyncIterator[Desk]:
        """Turns, deliveries, timers, actions and approvals, until the block ends."""
        model = HashedWords(dimension=4096)
        with opened(self.place.folder / "desk.db") as database:
            desk = desk_over(self.place, database, self.how, model)
            clock = flow_clock(self.place, database, self.how, model, count=desk.count)
            chores = (clock.timers, clock.jobs)
            working = asyncio.create_task(run(desk, adapters, Pace(grace=2.0), chores))
            try:
                yield desk
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is kept."""
        with closing(sqlite3.connect(self.place.folder / "desk.db")) as database:
            return database.execute(query).fetchall()
