"""Which tickets are about the same: a vector of each, made beside the desk as tickets come.

work()                    a chore: vectors that are missing
similar(person, n, …)     solved tickets like this one
near(person, words, …)    tickets about what the words mean
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.people import Act, Person, may
from bot.store import ticket_lists, ticket_vectors
from bot.store.database import Database
from bot.ticket_acts import Forbidden
from bot.views import TicketLine

AT_ONCE = 16
LOADED_AT_ONCE = 10_000
LOOKED_AT = 200
"""So many of the nearest are looked at for solved ones."""
SIMILAR = 0.5
"""Less near than that is not similar."""
NEAR = 0.3


class Near(Protocol):
    """Texts by number, and how near they are. See `knowledge.alike.Alike`."""

    @property
    def name(self) -> str:
        """Vectors of one name may be compared."""

    def pack(self, texts: Sequence[str]) -> list[bytes]:
        """Vectors as they are kept."""

    def put(self, number: int, packed: bytes) -> None:
        """Take one in."""

    def near(self, number: int, limit: int) -> list[tuple[int, float]]:
        """The nearest to one of them."""

    def near_to(self, text: str, limit: int) -> list[tuple[int, float]]:
        """The nearest to a text."""


@dataclass
class Meaning:
    """For all doors of agents. Safe to be called from many threads."""

    database: Database
    texts: Near
    _last: int = 0
    _begun: bool = False
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> int:
        """Make vectors for some tickets that have none; how many there were."""
        if not self._begun:
            self.database.write(lambda s: ticket_vectors.expect_all_but(s, self.texts.name))
            self._begun = True
        found = self.database.browse(lambda s: ticket_vectors.expected(s, AT_ONCE))
        if not found:
            return 0
        packed = self.texts.pack([about(each.subject, each.summary) for each in found])
        made = list(zip(found, packed, strict=True))
        self.database.write(lambda s: ticket_vectors.keep(s, made, self.texts.name))
        self._load()
        return len(found)

    def similar(
        self, person: Person, number: int, limit: int = 5
    ) -> tuple[tuple[TicketLine, float], ...]:
        """Solved and closed tickets about the same, the nearest first, each with its nearness
        (0.5 to 1). None for a ticket that came this moment: its vector is made within seconds."""
        _agents_only(person)
        self._load()
        near = [each for each in self.texts.near(number, LOOKED_AT) if each[1] >= SIMILAR]
        over = self.database.browse(
            lambda s: ticket_vectors.solved(s, [number for number, _ in near])
        )
        return self._lines([each for each in near if each[0] in over][:limit])

    def near(self, person: Person, words: str, limit: int = 100) -> tuple[int, ...]:
        """Numbers of tickets about what the words mean, the nearest first."""
        _agents_only(person)
        if not words.strip():
            return ()
        self._load()
        return tuple(n for n, score in self.texts.near_to(words, limit) if score >= NEAR)

    def _load(self) -> None:
        with self._loading:
            while True:
                rows = self.database.browse(
                    lambda s: ticket_vectors.made_after(
                        s, self.texts.name, self._last, LOADED_AT_ONCE
                    )
                )
                for row, number, vector in rows:
                    self.texts.put(number, vector)
                    self._last = row
                if len(rows) < LOADED_AT_ONCE:
                    return

    def _lines(self, near: Sequence[tuple[int, float]]) -> tuple[tuple[TicketLine, float], ...]:
        numbers = [number for number, _ in near]
        scores = dict(near)
        found = self.database.browse(lambda s: ticket_lists.numbered(s, numbers))
        return tuple((line, round(scores[line.id], 3)) for line in found)


def about(subject: str, summary: str) -> str:
    """What a ticket is about, for comparing: its problem, and its subject where that says more."""
    problem = summary.partition("\n\n")[0].removeprefix("Problem: ").strip()
    begins = subject.rstrip("…").strip()
    return problem if problem.startswith(begins) else f"{subject}\n{problem}".strip()


def _agents_only(person: Person) -> None:
    if not may(person, Act.SEE_NOTES):
        raise Forbidden("Only agents, leads and admins see the lists of tickets.")
