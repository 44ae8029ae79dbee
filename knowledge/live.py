"""The knowledge that is served: switched whole, and deletions take effect at once.

Readers take no lock: everything they need hangs on one attribute that is replaced by a
single assignment. Writers wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from knowledge.base import KnowledgeState
from knowledge.content import PUBLIC, Article, Problem
from knowledge.index import Index
from knowledge.search import Hits, Searcher

_RECENT = 64
"""Questions whose hits are kept; all are forgotten together."""
_SHORT = 2000
"""Characters of the longest question whose hits are kept."""


@dataclass(frozen=True, slots=True)
class _Served:
    index: Index
    searcher: Searcher
    held: dict[str, Article]
    withdrawn: frozenset[str]
    problems: tuple[Problem, ...]
    recent: dict[tuple[str, int, frozenset[str]], Hits] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What was found for the last questions: one message is searched for by several of its
    responders. Withdrawn articles are taken out afterwards."""


class LiveKnowledge:
    """A KnowledgeBase over the index that was given last.

    `searcher` must search that same index. Only articles for one of the `audiences` are
    found and shown; `seen_by` gives the same for others.
    """

    def __init__(
        self,
        index: Index,
        searcher: Searcher,
        *,
        problems: Iterable[Problem] = (),
        audiences: frozenset[str] = frozenset({PUBLIC}),
    ) -> None:
        self._writing = threading.Lock()
        self._audiences = audiences
        self._served = self._serve(index, searcher, tuple(problems))

    @property
    def index(self) -> Index:
        """What is served, withdrawn articles included."""
        return self._served.index

    @property
    def searcher(self) -> Searcher:
        """What searches the index that is served."""
        return self._served.searcher

    @property
    def withdrawn(self) -> frozenset[str]:
        """Ids that the index holds and that are not given."""
        return self._served.withdrawn

    @property
    def state(self) -> KnowledgeState:
        served = self._served
        passages = sum(passage.kind == "passage" for passage in served.index.passages)
        flows = sum(article.sort == "flow" for article in served.index.articles)
        articles = len(served.index.articles) - flows - len(served.withdrawn)
        return KnowledgeState(served.index.version, articles, passages, served.problems)

    def search(self, question: str, *, limit: int = 10) -> Hits:
        """The best articles that may be shown now; fewer than `limit` only when there are no more."""
        return self.found(question, limit, self._audiences)

    def seen_by(self, audiences: frozenset[str]) -> SeenBy:
        return SeenBy(self, audiences)

    def found(self, question: str, limit: int, audiences: frozenset[str]) -> Hits:
        """The best that these audiences may read."""
        served = self._served
        found = self._found(served, question, limit + len(served.withdrawn), audiences)
        # Read again: what was withdrawn while the search ran must not be answered with.
        withdrawn = served.withdrawn | self._served.withdrawn
        hits = tuple(hit for hit in found.hits if hit.article.id not in withdrawn)
        return replace(found, hits=hits[:limit])

    def _found(self, served: _Served, question: str, limit: int, audiences: frozenset[str]) -> Hits:
        key, recent = (question, limit, audiences), served.recent
        if (known := recent.get(key)) is not None:
            return known
        found = served.searcher.search(question, limit=limit, audiences=audiences)
        if len(recent) >= _RECENT:
            recent.clear()
        if len(question) <= _SHORT:
            recent[key] = found
        return found

    def article(self, id: str) -> Article | None:
        return self.held(id, self._audiences)

    def held(self, id: str, audiences: frozenset[str]) -> Article | None:
        """The article if these audiences may read it."""
        found = self._served.held.get(id)
        return found if found and found.audience in audiences else None

    def articles(self) -> tuple[Article, ...]:
        return self.listed(self._audiences, "article")

    def flows(self) -> tuple[Article, ...]:
        return self.listed(self._audiences, "flow")

    def listed(self, audiences: frozenset[str], sort: str) -> tuple[Article, ...]:
        """All articles (or flows) that these audiences may read, by title."""
        held = self._served.held.values()
        shown = [a for a in held if a.sort == sort and a.audience in audiences]
        return tuple(sorted(shown, key=lambda article: (article.title.casefold(), article.id)))

    def switch(self, index: Index, searcher: Searcher, *, withdrawn: Iterable[str] = ()) -> None:
        """Serve another index from now on; of its articles the `withdrawn` ones are not shown."""
        with self._writing:
            served = self._serve(index, searcher, self._served.problems)
            self._served = _without(served, withdrawn)

    def withdraw(self, ids: Iterable[str]) -> None:
        """Never give these articles again, until the next switch."""
        with self._writing:
            self._served = _without(self._served, ids)

    def report(self, problems: Iterable[Problem]) -> None:
        """What is wrong with the content as it is now, in place of what was reported before."""
        with self._writing:
            self._served = replace(self._served, problems=tuple(problems))

    def _serve(self, index: Index, searcher: Searcher, problems: tuple[Problem, ...]) -> _Served:
        held = {article.id: article for article in index.articles}
        return _Served(index, searcher, held, frozenset(), problems)


@dataclass(frozen=True, slots=True)
class SeenBy:
    """The knowledge as some audiences see it; what they may not read does not exist for them."""

    whole: LiveKnowledge
    audiences: frozenset[str]

    @property
    def state(self) -> KnowledgeState:
        return self.whole.state

    def search(self, question: str, *, limit: int = 10) -> Hits:
        return self.whole.found(question, limit, self.audiences)

    def article(self, id: str) -> Article | None:
        return self.whole.held(id, self.audiences)

    def articles(self) -> tuple[Article, ...]:
        return self.whole.listed(self.audiences, "article")

    def flows(self) -> tuple[Article, ...]:
        return self.whole.listed(self.audiences, "flow")

    def seen_by(self, audiences: frozenset[str]) -> SeenBy:
        return self.whole.seen_by(audiences)


def _without(served: _Served, ids: Iterable[str]) -> _Served:
    known = {article.id for article in served.index.articles}
    withdrawn = served.withdrawn | (frozenset(ids) & known)
    held = {id: article for id, article in served.held.items() if id not in withdrawn}
    return replace(served, withdrawn=withdrawn, held=held)
