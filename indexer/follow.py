"""Follows the content: an edit is answered from a moment after it is saved.

moments()  -> something may have changed                                   indexer/watch.py
read       -> Content: articles, problems, what could not be read          indexer/sources/
wanted()   -> what to serve: broken articles keep their last good version  indexer/serving.py
withdraw   -> what is deleted is not answered with from here on            knowledge/live.py
plan, embed -> Index in memory: only what is new is embedded               indexer/build.py
switch     -> served whole
publish    -> and then written, so that the next start begins there        indexer/builds.py
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from indexer.build import Progress, embed, plan
from indexer.builds import BuildRunning, IndexFolder
from indexer.serving import gone, wanted
from indexer.sources.source import Content, Source, merged
from indexer.watch import moments
from knowledge.content import Article, Problem
from knowledge.embedder import Embedder
from knowledge.index import Index
from knowledge.live import LiveKnowledge
from knowledge.search import Searcher

log = logging.getLogger(__name__)

_PATIENCE = 10
"""Looks (two a second) after which something that failed is tried again."""


@dataclass(slots=True)
class Follower:
    """Keeps `live` in step with the sources, and the folder of builds in step with `live`.

    `searcher` makes a searcher over an index; `clock` says the time with its zone.
    """

    sources: Sequence[Source]
    live: LiveKnowledge
    embedder: Embedder
    builds: IndexFolder
    searcher: Callable[[Index], Searcher]
    clock: Callable[[], datetime]
    _reported: tuple[Problem, ...] = field(default=(), init=False)

    def run(self, stop: threading.Event) -> None:
        """Follow until `stop` is set. A failure is logged, and the last good index goes on serving."""
        owed, patience = False, 0
        for changed in moments([source.path for source in self.sources], stop):
            patience -= 1
            if changed or (owed and patience <= 0):
                owed, patience = not self._keep_up(), _PATIENCE

    def _keep_up(self) -> bool:
        """Whether all that could be done was done; else it is owed and tried again."""
        try:
            self.follow()
            if self.live.index.version != self.builds.version:
                self.persist()
        except BuildRunning as error:
            log.info("the index is not written yet: %s", error)
        except Exception:
            log.exception("the content could not be followed, serving what was served before")
        else:
            return True
        return False

    def follow(self) -> bool:
        """Look at the content once and serve it; whether anything changed."""
        content = self._read()
        former = self.live.index
        target = wanted(content.articles, content.unread, former.articles)
        self.live.withdraw(gone(target, former.articles))
        work = plan(target.articles, former, embedder=self.embedder.name)
        index = embed(
            work, self.embedder, now=self.clock(), progress=self._deletions(target.articles)
        )
        if index is former and self.live.withdrawn != target.hidden:
            self.live.switch(index, self.live.searcher, withdrawn=target.hidden)
        elif index is not former:
            self.live.switch(index, self.searcher(index), withdrawn=target.hidden)
            log.info(
                "serving %s: %d new, %d changed, %d removed articles, %d entries embedded",
                index.version, len(work.new), len(work.changed), len(work.removed), work.to_embed,
            )  # fmt: skip
        return index is not former

    def persist(self) -> None:
        """Write what is served. Raises BuildRunning when another process builds."""
        with self.builds.building():
            self.builds.publish(self.live.index)

    def _read(self) -> Content:
        content = merged(source.read() for source in self.sources)
        self.live.report(content.problems)
        for problem in content.problems:
            if problem not in self._reported:
                log.warning("%s", problem)
        self._reported = content.problems
        return content

    def _deletions(self, articles: Sequence[Article]) -> Progress:
        """While much is embedded, a file that is deleted must not wait for the end of it."""

        def withdraw_deleted(_done: int, _total: int) -> None:
            there = {path: Path(path).exists() for path in {a.path for a in articles if a.path}}
            self.live.withdraw(a.id for a in articles if not there.get(a.path, True))

        return withdraw_deleted
