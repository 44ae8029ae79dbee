"""Tells requesters that their tickets were solved, and looks up what they press: a chore and a door."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from bot.closing import choices
from bot.first_attempts import FirstAttempts
from bot.opening import TicketRules
from bot.store import after, closings
from bot.store.database import Database
from bot.turn import Reply, SolvedTicket
from bot.wording import Wording


class Closings:
    """Over one desk's database; `firsts` is shared with the Desk."""

    def __init__(
        self,
        database: Database,
        say: Wording,
        rules: TicketRules,
        *,
        firsts: FirstAttempts | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_key: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        self._database = database
        self._say = say
        self._rules = rules
        self._firsts = firsts or FirstAttempts()
        self._clock = clock
        self._new_key = new_key

    def tell(self) -> int:
        """Tell of each solution once, through the outbox; how many were told. For the clock."""
        now = self._clock()
        found = self._database.read(lambda s: closings.solutions_to_tell(s, now))
        return sum(map(self._ask, found))

    def look(self, number: int, conversation: int) -> SolvedTicket | None:
        """The ticket, if it is about that conversation."""
        now = self._clock()
        return self._database.read(lambda s: after.look(s, number, conversation, self._rules, now))

    def _ask(self, solution: closings.Solution) -> bool:
        key, now, number = self._new_key(), self._clock(), solution[0]
        reply = Reply(self._say("closing", ticket=number), choices=choices(self._say, number))
        with self._firsts.of([key]):
            return self._database.write(lambda s: closings.ask(s, solution, key, reply, now))
