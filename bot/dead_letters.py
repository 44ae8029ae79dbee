"""The door for what was given up: people see it, put it back once, or drop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.people import Act, Person, may
from bot.store import dead
from bot.store.database import Database
from bot.views import DeadLetter


class NotAllowed(Exception):
    """The person may not do that; says so."""


class DeadLetters:
    """The dead letters of a desk, also beside the process that owns it (`open_beside`).

    `turn_attempts` is how often a message is tried at most, as the desk has it: a message that
    is put back is tried once more, and then goes to people again.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, turn_attempts: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._attempts = max(0, turn_attempts - 1)

    def listed(self) -> tuple[DeadLetter, ...]:
        """All that wait for a decision, the oldest first."""
        return self._database.browse(dead.listed)

    def letter(self, name: str) -> DeadLetter | None:
        """One of them with what was done about it; None when there is none of that name."""
        return self._database.browse(lambda s: dead.letter(s, name))

    def retry(self, name: str, by: Person, why: str = "") -> bool:
        """Put it back once; False when it is not dead (any more). Raises NotAllowed."""
        _require(by)
        now, attempts = self._clock(), self._attempts
        return self._database.write(
            lambda s: dead.retry(s, name, attempts=attempts, by=by.name, why=why, now=now)
        )

    def drop(self, name: str, by: Person, why: str) -> bool:
        """Let it be; False when it is not dead (any more). Raises NotAllowed."""
        _require(by)
        now = self._clock()
        return self._database.write(lambda s: dead.drop(s, name, by=by.name, why=why, now=now))


def _require(by: Person) -> None:
    if not may(by, Act.ADMINISTER):
        raise NotAllowed(f"{by.name} may not administer this desk.")
