"""A flow played without a desk: for `firstline flow try`, and for the writers' own tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.flow_state import Came, Event, Run, Said, Woke
from bot.flow_turns import Look, Settled, settle
from bot.flow_walk import Aids, Book
from bot.flows import advance, begin
from bot.turn import Reply
from knowledge.flows.flow import Flow

CAME = {
    "succeeds": "success",
    "fails": "failure",
    "times out": "timed_out",
    "approved": "approved",
    "refused": "refused",
}
"""What can be said to have come from outside, and the edge that it is."""


@dataclass
class Player:
    """One run in memory. `now` goes on only when it is told to."""

    book: Book
    aids: Aids
    now: datetime
    look: Look
    run: Run | None = None
    passed: set[tuple[str, str, str]] = field(default_factory=set)
    last: Settled | None = None

    def begin(self, flow: Flow, facts: Mapping[str, Any]) -> tuple[Reply, ...]:
        """Start the flow; its first replies."""
        first = begin(flow, self.book, "1", self.now, self.aids, facts)
        return self._settled(settle(self.book, first, None, self.now, self.aids, self.look))

    def say(self, text: str, files: tuple[str, ...] = ()) -> tuple[Reply, ...]:
        """The user writes; the label of an offered choice is that choice pressed."""
        pressed = next((c for c in self._offered() if c.label == text), None)
        return self._happens(Said(text, pressed.id if pressed else None, files))

    def comes(self, how: str, result: Any = None) -> tuple[Reply, ...]:
        """Something from outside comes (see CAME)."""
        visit = self.run.visit if self.run else 0
        return self._happens(Came(visit, CAME[how], result, by="the tester"))

    def later(self, length: timedelta) -> tuple[Reply, ...]:
        """Time goes by, with every timeout in it at its moment."""
        until = self.now + length
        replies: list[Reply] = []
        while self.run and not self.run.over and self.run.wakes_at:
            if self.run.wakes_at > until:
                break
            self.now = max(self.now, self.run.wakes_at)
            replies += self._happens(Woke())
        self.now = until
        return tuple(replies)

    def _happens(self, event: Event) -> tuple[Reply, ...]:
        if self.run is None:
            return ()
        said = event if isinstance(event, Said) else None
        first = advance(self.book, self.run, event, self.now, self.aids)
        return self._settled(settle(self.book, first, said, self.now, self.aids, self.look))

    def _settled(self, settled: Settled) -> tuple[Reply, ...]:
        self.run, self.last = settled.run, settled
        self.passed |= set(settled.passed)
        return settled.replies

    def _offered(self) -> tuple[Any, ...]:
        replies = self.last.replies if self.last else ()
        return next((reply.choices for reply in reversed(replies) if reply.choices), ())
