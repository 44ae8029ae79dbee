"""A desk with a triage channel: the agents' door over it, and a platform in memory that keeps cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.agents_side import AgentsSide
from bot.cards import CardPosting, Triage
from bot.channel import Address, SendError
from bot.people import Person
from bot.store.database import Database
from tests.ticket_support import BOB, LEA, MIA, House

PEOPLE = {("desk", "U-mia"): MIA, ("desk", "U-bob"): BOB, ("desk", "U-lea"): LEA}
FIRST = Triage("support", 1, Address("desk", "C-first"))
SECOND = Triage("experts", 2, Address("desk", "C-second"))


@dataclass
class Post:
    """A message of the platform."""

    place: str
    thread: str
    posting: CardPosting
    mark: str = ""
    changes: int = 0


@dataclass
class Platform:
    """Keeps what is posted. `failures` are raised first; `lost` ones after it was posted."""

    posts: dict[str, Post] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    failures: list[SendError] = field(default_factory=list)
    lost: list[SendError] = field(default_factory=list)

    def post(self, posting: CardPosting) -> str:
        if self.failures:
            raise self.failures.pop(0)
        if posting.kind == "mark":
            if posting.external_id in self.posts:
                self.posts[posting.external_id].mark = posting.mark
            return posting.external_id
        known = posting.external_id
        if not known and posting.attempt > 1:
            known = self.keys.get(posting.key, "")
        if known:
            self.posts[known].posting = posting
            self.posts[known].changes += 1
            return known
        made = f"m{len(self.posts) + 1}"
        self.posts[made] = Post(posting.place, posting.card, posting)
        self.keys[posting.key] = made
        if self.lost:
            raise self.lost.pop(0)
        return made

    def cards(self, place: str) -> list[Post]:
        return [each for each in self.posts.values() if each.place == place and not each.thread]

    def thread(self, card: str) -> list[tuple[str, str]]:
        """Who says what in a card's thread."""
        found = [each.posting for each in self.posts.values() if each.thread == card]
        return [(each.head, each.text) for each in found]


class Triaged(House):
    """A house with two tiers' triage channels."""

    def __init__(self, database: Database, **settings: Any) -> None:
        super().__init__(database, **settings)
        self.platform = Platform()
        self.agents = AgentsSide(
            database,
            self.console,
            lambda channel, who: known(channel, who),
            (FIRST, SECOND),
            site="https://desk.example",
            clock=self.clock,
            chance=lambda: 0.5,
        )
        self.agents.follow()

    def settle(self) -> None:
        """Follow and post until there is nothing more to do; deliver what requesters are told."""
        while self.agents.follow() or self._post():
            pass

    def _post(self) -> int:
        done = 0
        for first in self.agents.due("desk"):
            posting: CardPosting | None = first
            while posting is not None:
                done += 1
                try:
                    external_id = self.platform.post(posting)
                except SendError as error:
                    posting = self.agents.failed(posting, error)
                else:
                    posting = self.agents.posted(posting, external_id)
        return done


def known(channel: str, who: str) -> Person | None:
    return PEOPLE.get((channel, who))
