"""Which agents are there: they say so themselves, and whatever they do is a sign of life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.assignment import present
from bot.store import ticket_clock as rows
from bot.store.database import Database

OFTEN = timedelta(minutes=1)
"""Signs of life are written at most so often for each agent."""


@dataclass
class Presence:
    """For all doors of agents. Safe to be called from many threads."""

    database: Database
    timeout: timedelta = timedelta(minutes=15)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _written: dict[str, datetime] = field(default_factory=dict)

    def seen(self, agent: str) -> None:
        """The agent did something."""
        now, last = self.now(), self._written.get(agent)
        if last is None or now - last >= OFTEN:
            self.database.write(lambda s: rows.seen(s, agent, now))
            self._written[agent] = now

    def away(self, agent: str, *, away: bool) -> None:
        """The agent says that they are away, or there again."""
        now = self.now()
        self.database.write(lambda s: rows.set_away(s, agent, away, now))

    def is_away(self, agent: str) -> bool:
        """Whether the agent said so."""
        found = self.database.browse(lambda s: rows.loads(s, [agent]))
        return agent in found and found[agent].away

    def there(self) -> frozenset[str]:
        """The agents who are there now."""
        found = self.database.read(rows.loads)
        now = self.now()
        return frozenset(a.id for a in found.values() if present(a, now, self.timeout))
