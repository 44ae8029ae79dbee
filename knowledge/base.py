"""The knowledge that is served right now: one searcher, switched whole, and what was withdrawn since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from knowledge.content import Article, Problem
from knowledge.search import Hits


@dataclass(frozen=True, slots=True)
class KnowledgeState:
    """For the health page: what is served, and what is wrong with the content as it is now."""

    version: str
    articles: int
    passages: int
    problems: tuple[Problem, ...]


class KnowledgeBase(Protocol):
    """What the bot and the help centre ask. Never gives an article that is known to be deleted."""

    @property
    def state(self) -> KnowledgeState: ...

    def search(self, question: str, *, limit: int = 10) -> Hits: ...

    def article(self, id: str) -> Article | None:
        """The article or flow, or None when it does not exist (any more)."""

    def articles(self) -> tuple[Article, ...]:
        """All articles that may be shown, by title; flows are none."""

    def flows(self) -> tuple[Article, ...]:
        """All flows that may be given, by title; each carries its YAML."""

    def seen_by(self, audiences: frozenset[str]) -> KnowledgeBase:
        """The same knowledge as these audiences see it: what is for others is never found or given."""
