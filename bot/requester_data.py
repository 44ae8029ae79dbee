"""A requester's own data: told to them, or erased. For admins.

data = RequesterData(database, clock)
data.export(admin, "slack:U0123")     all they said to us and we to them, ready for JSON
data.preview(admin, "17")             what an erasure would delete, by kind
data.erase(admin, "17")               and the erasure
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.people import Act, Person, may
from bot.store import audit, erasure
from bot.store import requester_data as rows
from bot.store.database import Database
from bot.ticket_acts import Forbidden

ELSEWHERE = "message_elsewhere"
"""How what they wrote in others' conversations is called in counts: it is blanked, not deleted."""


class NoSuchRequester(Exception):
    """Nobody of that number or identity is known; says what to give."""


class RequesterData:
    """One desk's requesters. Every act leaves a line in the audit log, which names no person."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def export(self, person: Person, named: str) -> dict[str, Any]:
        """All that is told to them; `named` is a number or `channel:sender`. Raises
        NoSuchRequester, Forbidden."""
        _allow(person)

        def work(session: Session) -> dict[str, Any]:
            requester = _found(session, named)
            told = rows.told(session, requester)
            size = f"{len(told['conversations'])} conversations, {len(told['tickets'])} tickets"
            self._keep(session, person, "requester exported", requester, size)
            return told

        return self._database.write(work)

    def preview(self, person: Person, named: str) -> dict[str, int]:
        """How many rows of each kind an erasure would take. Raises NoSuchRequester, Forbidden."""
        _allow(person)

        def work(session: Session) -> dict[str, int]:
            requester = _found(session, named)
            mine = rows.belongings(session, requester)
            return _counts(mine, rows.elsewhere(session, requester, mine))

        return self._database.browse(work)

    def erase(self, person: Person, named: str) -> dict[str, int]:
        """Delete them, their conversations and tickets, and blank what they wrote elsewhere, all or
        nothing; how many rows of each kind. Raises NoSuchRequester, Forbidden."""
        _allow(person)

        def work(session: Session) -> dict[str, int]:
            requester = _found(session, named)
            mine = rows.belongings(session, requester)
            others = rows.elsewhere(session, requester, mine)
            rows.blank(session, requester, others)
            erasure.erase(session, mine)
            gone = _counts(mine, others)
            self._keep(session, person, "requester erased", requester, in_words(gone))
            return gone

        return self._database.write(work)

    def _keep(self, session: Session, person: Person, what: str, who: int, detail: str) -> None:
        audit.add(session, self._clock(), person.id, what, f"requester {who}", detail)


def in_words(counts: dict[str, int]) -> str:
    """Counts as one line."""
    return ", ".join(f"{kind}: {count}" for kind, count in counts.items())


def _allow(person: Person) -> None:
    if not may(person, Act.ADMINISTER):
        raise Forbidden("Only admins export or erase a requester's data.")


def _found(session: Session, named: str) -> int:
    found = rows.found(session, named)
    if found is None:
        raise NoSuchRequester(
            f"No requester {named!r} is known. Give the number, or the identity as "
            "channel:sender, such as slack:U0123456 (both are on the ticket's page)."
        )
    return found


def _counts(mine: erasure.Reached, elsewhere: list[int]) -> dict[str, int]:
    more = {ELSEWHERE: len(elsewhere)} if elsewhere else {}
    return erasure.counts(mine) | more
