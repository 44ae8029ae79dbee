"""A desk with flows over a real database, for the tests of what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from bot.ask import Asking
from bot.audiences import Audiences
from bot.channel import Address, Incoming, Outgoing, Sender
from bot.desk import Database, Desk
from bot.flow_approvals import Approvals
from bot.flow_book import FlowBook
from bot.flow_clock import FlowClock
from bot.flow_desk import FlowDesk
from bot.flow_ears import FlowEars
from bot.flow_hours import Hours
from bot.flow_http import Called
from bot.flow_jobs import Actions
from bot.intents import Intents
from bot.responders import respond
from bot.responders.approval import deciding
from bot.responders.command import command
from bot.responders.flow import starting, walking
from bot.responders.hand_off import hand_off
from bot.responders.search import search
from bot.store import flows as rows
from indexer.sources.flows import as_article
from knowledge.content import Article
from knowledge.flows.flow import Flow
from tests.answers_support import SmallKnowledge
from tests.desk_support import WORDING
from tests.flow_support import NOON, wording
from tests.index_twins import HashedWords


@dataclass
class Answers:
    """An outside world that answers every request as it is told, and counts."""

    ends: Called = field(default_factory=lambda: Called("success", {}))
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def __call__(self, *request: Any, **_options: Any) -> Called:
        self.asked.append(request)
        return self.ends


class FlowTown:
    """Everything around one database; `now` goes on only when told to."""

    def __init__(
        self,
        database: Database,
        *flows: Flow,
        articles: tuple[Article, ...] = (),
        fault: Callable[[str], None] = lambda _point: None,
        outside: Callable[..., Called] | None = None,
        audiences: dict[str, str] | None = None,
        hours: Hours | None = None,
        people: set[str] | None = None,
    ) -> None:
        self.now = NOON
        self.database = database
        self.numbers = count(1)
        self.mark = id(self)
        self.keys = count(1)
        self.outside = outside or Answers()
        self.knowledge = SmallKnowledge([*articles, *map(as_article, flows)])
        asking = Asking(self.knowledge, wording())
        self.flows = FlowDesk(
            FlowBook(self.knowledge, self.old),
            FlowEars(wording().flow_phrasings(), None),
            asking,
            known=lambda talk: database.read(lambda s: rows.known(s, talk)),
            hours=hours or Hours(),
            audiences=Audiences(audiences or {}),
            people=people,
        )
        approvals = Approvals(
            lambda key: database.read(lambda s: rows.question(s, key)),
            lambda by, channel, sender: (by, channel, sender) == ("security", "test", "boss"),
            wording(),
        )
        intents = Intents({"thanks": ("thank you",), "question": ("how do I",)}, HashedWords())
        responders = (
            deciding(approvals),
            walking(self.flows),
            self.flows.audiences.responder(asking, partial(command, intents=intents)),
            starting(self.flows),
            self.flows.audiences.responder(asking, search),
            hand_off(wording()),
        )
        self.desk = Desk(
            database,
            partial(respond, responders=responders),
            wording=WORDING,
            articles_exist=lambda _ids: True,
            clock=self.time,
            new_key=self.key,
            fault=fault,
        )
        self.clock = FlowClock(
            database,
            self.flows,
            self.time,
            self.key,
            Actions(call=self.outside, secrets={"crm": "s3cret"}),
            {"security": Address("test", "the security room")},
            fault,
        )

    def time(self) -> datetime:
        return self.now

    def key(self) -> str:
        return f"k{self.now:%d%H%M%S}{next(self.keys)}-{id(self) % 9973}"

    def old(self, flow: str, version: str) -> str | None:
        return self.database.read(lambda s: rows.source(s, flow, version))

    def says(
        self, text: str, thread: str = "1", choice: str | None = None, who: str = "ann"
    ) -> str:
        """The user writes; the texts of all that is said to them now."""
        self.desk.accept(self.incoming(text, thread, choice, who))
        while self.desk.take_turn():
            pass
        return self.told(thread)

    def incoming(
        self, text: str, thread: str = "1", choice: str | None = None, who: str = "ann"
    ) -> Incoming:
        """What the user writes or presses."""
        id = f"m{thread}-{next(self.numbers)}-{self.mark}"
        return Incoming(Address("test", thread), id, Sender(who), text, self.now, choice)

    def posts(self) -> list[Outgoing]:
        found: list[Outgoing] = []
        while due := self.desk.due(1000):
            found += due
            for each in due:
                self.desk.sent(each.key, each.key)
        return found

    def told(self, thread: str = "1") -> str:
        return "\n".join(p.text for p in self.posts() if p.address.thread == thread)

    def later(self, length: timedelta) -> int:
        """Time goes by; how many timers fired."""
        self.now += length
        fired = 0
        while some := self.clock.timers():
            fired += some
        return fired

    def work(self) -> None:
        while self.clock.jobs():
            pass

    def runs(self) -> list[rows.FlowRun]:
        from sqlalchemy import select

        return self.database.read(
            lambda s: list(s.scalars(select(rows.FlowRun).order_by(rows.FlowRun.id)))
        )
