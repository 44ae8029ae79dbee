"""What was kept long enough is deleted: closed tickets, conversations without one, the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.model import Conversation, Ticket
from bot.store import audit, erasure
from bot.store import retention as rows
from bot.store.database import Database
from bot.store.rows import table

AT_ONCE = 50
"""So many tickets, and so many conversations, in one transaction."""
EVERY = timedelta(hours=1)
ALL = 10**9


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each is kept; None: for ever. A ticket's time begins when it is closed, a
    conversation's with the last message in it."""

    conversations: timedelta | None = None
    tickets: timedelta | None = None
    audit: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """How much is due to be deleted, or was deleted."""

    tickets: int = 0
    conversations: int = 0
    audit_lines: int = 0

    @property
    def total(self) -> int:
        """All of it together."""
        return self.tickets + self.conversations + self.audit_lines


class Retention:
    """One desk's. `work` is for the clock: it looks once an hour."""

    def __init__(self, database: Database, terms: Terms, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._terms = terms
        self._clock = clock
        self._next: datetime | None = None

    def preview(self) -> Due:
        """What would be deleted now. A conversation whose ticket is deleted is due at the next look."""
        now = self._clock()
        return self._database.browse(lambda s: _due(s, self._terms, now, ALL)[0])

    def work(self) -> int:
        """Delete a part of what is due; how much it was. Nothing within an hour after all is done."""
        now = self._clock()
        if self._next is not None and now < self._next:
            return 0
        done = self.delete().total
        self._next = None if done else now + EVERY
        return done

    def delete(self) -> Due:
        """Delete a part of what is due, with a line in the audit log."""
        now = self._clock()

        def work(session: Session) -> Due:
            due, tickets, talks = _due(session, self._terms, now, AT_ONCE)
            if not due.total:
                return due
            start = {table(Ticket): tickets, table(Conversation): talks}
            erasure.erase(session, erasure.reach(session, start))
            if self._terms.audit is not None:
                rows.drop_audit(session, now - self._terms.audit)
            told = f"tickets: {due.tickets}, conversations: {due.conversations}, "
            told += f"audit lines: {due.audit_lines}"
            audit.add(session, now, "clock", "retention", "", told)
            return due

        return self._database.write(work)


def _due(
    session: Session, terms: Terms, now: datetime, limit: int
) -> tuple[Due, list[int], list[int]]:
    tickets, talks, lines = [], [], 0
    if terms.tickets is not None:
        tickets = rows.old_tickets(session, now - terms.tickets, limit)
    if terms.conversations is not None:
        talks = rows.old_conversations(session, now - terms.conversations, limit)
    if terms.audit is not None:
        lines = rows.old_audit(session, now - terms.audit)
    return Due(len(tickets), len(talks), lines), tickets, talks
