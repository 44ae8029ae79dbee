"""Turns and deliveries of a database that many processes share: each claimed there by one of them.

SharedClaims       turns: which conversations wait is known here, who has one by a row there
SharedDeliveries   deliveries: given out with a claim, and recorded only by who still has it

A claim that was lost (this process stood still for longer than its lease) shows in the
transaction that would have used it, which then writes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.channel import Outgoing
from bot.claims import Claims, Lost
from bot.first_attempts import FirstAttempts
from bot.store import claims as rows
from bot.store import outbox
from bot.store.claims import DELIVERY, TURN, Mine
from bot.store.database import Database
from bot.store.errors import DatabaseFailed
from bot.store.membership import Membership


class SharedClaims(Claims):
    """Conversations that wait, as far as this process knows, and its claims on some of them."""

    def __init__(
        self, database: Database, member: Membership, clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._database = database
        self._member = member
        self._now = clock
        self._mine: dict[int, Mine] = {}
        self._owed: dict[int, Mine] = {}
        member.after_beat.append(self._pay)

    def _kept(self, message: int) -> None:
        """Whether it was taken before is known by the database."""

    def take(self) -> int | None:
        while (found := super().take()) is not None:
            if self._claimed_there(found):
                return found
            self.drop(found)
        return None

    def waiting(self, session: Session) -> list[tuple[int, str]]:
        return rows.waiting(session)

    def confirm(self, session: Session, conversation: int) -> None:
        if not rows.end(session, self._mine[conversation], TURN, conversation):
            raise Lost("another process has taken this turn over")

    def written(self, conversation: int) -> None:
        del self._mine[conversation]

    def release(self, conversation: int, *, done: bool) -> None:
        mine = self._mine.pop(conversation, None)
        try:
            if mine is not None:
                self._database.write(lambda s: rows.end(s, mine, TURN, conversation))
        except DatabaseFailed:
            if mine is not None:
                self._owed[conversation] = mine
            raise
        finally:
            super().release(conversation, done=done)

    def _claimed_there(self, conversation: int) -> bool:
        mine, now = Mine(self._member.id, self._member.token()), self._now()
        try:
            held, first = self._database.write(
                lambda s: rows.claim_turn(s, mine, conversation, now)
            )
        except DatabaseFailed:
            self._owed[conversation] = mine  # the commit may have been kept all the same
            self.drop(conversation)
            raise
        if held:
            self._mine[conversation] = mine
        if first is not None:
            with self._lock:
                self._fresh.add(first)
        return held

    def _pay(self) -> None:
        """Give back what could not be given back while the database was away."""
        for conversation, mine in list(self._owed.items()):
            self._database.write(lambda s, c=conversation, m=mine: rows.end(s, m, TURN, c))  # type: ignore[misc]
            del self._owed[conversation]


class OwnDeliveries(FirstAttempts):
    """Deliveries of a database that this process owns."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def due(
        self, limit: int, channel: str | None, flying: Collection[str], now: datetime
    ) -> tuple[Outgoing, ...]:
        """What can be delivered now, see `Desk.due`."""
        found = self._database.read(lambda s: outbox.due(s, limit, channel, flying, now))
        return tuple(map(self.counted, found))

    def mine(self, session: Session, key: str) -> bool:
        """Whether what came of a delivery is this process's to record, in the same transaction."""
        return True

    def over(self, key: str) -> None:
        """It was recorded, or lost."""


class SharedDeliveries(OwnDeliveries):
    """Deliveries that are claimed, so that no two processes make the same one."""

    def __init__(self, database: Database, member: Membership) -> None:
        super().__init__(database)
        self._member = member
        self._held: dict[str, tuple[Mine, int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, keys: Sequence[str]) -> Iterator[None]:
        """Nothing is remembered here: each item says whether it was ever given out."""
        yield

    def due(
        self, limit: int, channel: str | None, flying: Collection[str], now: datetime
    ) -> tuple[Outgoing, ...]:
        mine = Mine(self._member.id, self._member.token())

        def work(session: Session) -> tuple[tuple[Outgoing, ...], dict[str, tuple[Mine, int]]]:
            found = rows.claim_deliveries(
                session, mine, most=limit, channel=channel, flying=flying, now=now
            )
            said = outbox.outgoing(session, [row.message_id for row in found])
            tries = {
                row.key: 1 if row.given_at is None else max(2, row.attempts + 1) for row in found
            }
            held = {row.key: (mine, row.conversation_id) for row in found}
            return tuple(replace(each, attempt=tries[each.key]) for each in said), held

        given, held = self._database.write(work)
        with self._lock:
            self._held |= held
        return given

    def mine(self, session: Session, key: str) -> bool:
        held = self._held.get(key)
        return held is not None and rows.end(session, held[0], DELIVERY, held[1])

    def over(self, key: str) -> None:
        with self._lock:
            self._held.pop(key, None)


def claims_of(database: Database, clock: Callable[[], datetime]) -> Claims:
    """What a desk over that database claims its turns with."""
    return SharedClaims(database, database.member, clock) if database.member else Claims()


def deliveries_of(database: Database) -> OwnDeliveries:
    """What a desk over that database makes its deliveries with."""
    if database.member:
        return SharedDeliveries(database, database.member)
    return OwnDeliveries(database)
