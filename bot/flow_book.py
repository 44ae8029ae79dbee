"""All flows: the newest as the index has them, older versions as they were kept when a run began."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from knowledge.base import KnowledgeBase
from knowledge.flows.flow import FLOW, Flow
from knowledge.flows.reading import read_flow

_KEPT = 500


class FlowBook:
    """The flows of the knowledge base that is served now. Safe to be asked from many threads.

    A flow is indexed as its YAML, so it is new at the same instant as the articles. `old`
    gives the YAML of a version that is no longer served, if it was kept.
    """

    def __init__(self, knowledge: KnowledgeBase, old: Callable[[str, str], str | None]) -> None:
        self._knowledge = knowledge
        self._old = old
        self._read: dict[str, Flow | None] = {}
        self._lock = Lock()

    def flow(self, id: str, version: str | None = None) -> Flow | None:
        """The newest version, or that version; None when there is none."""
        article = self._knowledge.article(FLOW + id)
        newest = self._flow(article.body, id) if article else None
        if version is None or (newest and newest.version == version):
            return newest
        source = self._old(id, version)
        return self._flow(source, id) if source else None

    def _flow(self, source: str, id: str) -> Flow | None:
        with self._lock:
            if source in self._read:
                return self._read[source]
        flow, _ = read_flow(source, id, id=id)
        with self._lock:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[source] = flow
        return flow


class FlowShelf:
    """Flows that were read from files, for trying and testing them before they are indexed."""

    def __init__(self, flows: dict[str, Flow]) -> None:
        self._flows = flows

    def flow(self, id: str, version: str | None = None) -> Flow | None:
        """The flow, in the version that was read."""
        found = self._flows.get(id)
        return found if found and version in (None, found.version) else None
