"""A knowledge base whose searches are timed."""

from __future__ import annotations

from bot.timing import Timings
from knowledge.base import KnowledgeBase, KnowledgeState
from knowledge.content import Article
from knowledge.search import Hits


class TimedKnowledge:
    """What it wraps, with every search told to `timings`."""

    def __init__(self, knowledge: KnowledgeBase, timings: Timings) -> None:
        self._knowledge = knowledge
        self._timings = timings

    @property
    def state(self) -> KnowledgeState:
        return self._knowledge.state

    def search(self, question: str, *, limit: int = 10) -> Hits:
        with self._timings.searching():
            return self._knowledge.search(question, limit=limit)

    def article(self, id: str) -> Article | None:
        return self._knowledge.article(id)

    def articles(self) -> tuple[Article, ...]:
        return self._knowledge.articles()

    def flows(self) -> tuple[Article, ...]:
        return self._knowledge.flows()

    def seen_by(self, audiences: frozenset[str]) -> KnowledgeBase:
        return TimedKnowledge(self._knowledge.seen_by(audiences), self._timings)
