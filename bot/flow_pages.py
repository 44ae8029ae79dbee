"""The writers' and leads' door to flows: which there are, how each is drawn, and how it does.

    FlowPages(knowledge, database).list()    every flow with its figures, by title
    FlowPages(…).page(id)                    one of them with its drawing and live counts

It shows flows of every audience: who may look is for the caller to ask `bot.people.may` with
`Act.SEE_FLOWS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flow_book import FlowBook
from bot.flow_stats import counts, flow_stats
from bot.store.database import Database
from knowledge.base import KnowledgeBase
from knowledge.flows import drawing
from knowledge.flows.flow import FLOW, Flow


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """How a flow does, counted from its runs; steps by their names, the most frequent first.

    `left` are those who gave up or fell silent; `median_minutes` is from start to end.
    """

    started: int
    going_on: int
    solved: int
    ended: int
    handed_off: int
    left: int
    solved_at: Mapping[str, int]
    left_at: Mapping[str, int]
    handed_off_at: Mapping[str, int]
    median_minutes: float | None


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow in a list."""

    id: str
    title: str
    version: str
    audience: str
    steps: int
    figures: FlowFigures


@dataclass(frozen=True, slots=True)
class FlowPage:
    """One flow as it is served now: `drawing` is SVG, with how many people went which way and
    where they left. It holds no scripts, and all that a writer wrote is escaped in it."""

    line: FlowLine
    drawing: str
    triggers: tuple[str, ...]


class FlowPages:
    """Reads what is served now and what runs became."""

    def __init__(self, knowledge: KnowledgeBase, database: Database) -> None:
        self._knowledge = knowledge
        self._database = database
        self._book = FlowBook(knowledge, lambda _flow, _version: None)

    def list(self) -> tuple[FlowLine, ...]:
        """Every flow that is served, by title."""
        ids = (article.id.removeprefix(FLOW) for article in self._knowledge.flows())
        return tuple(self._line(flow) for id in ids if (flow := self._book.flow(id)))

    def page(self, id: str) -> FlowPage | None:
        """One flow; None when none of that id is served."""
        flow = self._book.flow(id)
        if flow is None:
            return None
        drawn = drawing.svg(flow, counts(self._database, id))
        return FlowPage(self._line(flow), drawn, flow.triggers)

    def _line(self, flow: Flow) -> FlowLine:
        stats: dict[str, Any] = flow_stats(self._database, flow.id)
        figures = FlowFigures(**{name: stats[name] for name in FlowFigures.__dataclass_fields__})
        return FlowLine(flow.id, flow.title, flow.version, flow.audience, len(flow.steps), figures)
