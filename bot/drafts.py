"""What an agent has begun to write on a ticket: kept, so that no page that is closed loses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.limits import Limits, storable
from bot.people import Act, Person
from bot.store import drafts
from bot.store.database import Database
from bot.ticket_acts import NoSuchTicket, allow
from bot.ticket_values import ActRefused

KINDS = ("reply", "note")


class Drafts:
    """One text a person, ticket and kind (`reply` or `note`). Nobody sees another's."""

    def __init__(
        self,
        database: Database,
        *,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._limits = limits or Limits()
        self._clock = clock

    def keep(self, person: Person, number: int, kind: str, text: str) -> None:
        """Keep it in place of the one before; an empty one is forgotten.

        Raises NoSuchTicket and Forbidden, and ActRefused for a kind that is none.
        """
        if kind not in KINDS:
            raise ActRefused(f"A draft is one of: {', '.join(KINDS)}.")
        now, words = self._clock(), storable(text[: self._limits.text])

        tier = self._database.browse(lambda s: drafts.tier_of(s, number))
        if tier is None:
            raise NoSuchTicket(f"There is no ticket #{number}.")
        allow(person, Act.WORK, number, tier)
        self._database.write(lambda s: drafts.keep(s, person.id, number, kind, words, now))

    def of(self, person: Person, number: int) -> dict[str, str]:
        """What they have begun to write there, by kind."""
        return self._database.browse(lambda s: drafts.of(s, person.id, number))
