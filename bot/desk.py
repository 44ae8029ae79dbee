"""The users' door: what is heard comes in, turns are taken, what is to be said goes out.

accept     T1  kept once, then the channel may be told "got it"
take_turn      counted, read, responded to outside any transaction, then
           T2  written all or nothing
due            what is to be delivered now
sent       T3  delivered
failed     T3  again later, or never: then people are told
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.budget import Budget
from bot.channel import Heard, Outgoing, SendError
from bot.faults import Fault, no_fault
from bot.hearing import Hearing
from bot.limits import Limits, Refused, identity, storable
from bot.opening import Opening
from bot.records import Records
from bot.shared_work import claims_of, deliveries_of
from bot.store import bookmarks, history, outbox
from bot.store.database import (
    Database,
    open_beside,
    open_database,
    open_for_reading,
    with_password,
)
from bot.store.errors import DatabaseFailed, DatabaseRefused
from bot.timing import Facts, Step, Timings
from bot.turn import Response, Turn
from bot.turns import DeskWording, Turns
from bot.views import Accepted, Delivery, Line, Stats, TicketLine, TicketPage, Trace

__all__ = [
    "Accepted",
    "Database",
    "DatabaseFailed",
    "DatabaseRefused",
    "Delivery",
    "Desk",
    "DeskWording",
    "Limits",
    "Line",
    "Records",
    "Refused",
    "Stats",
    "TicketLine",
    "TicketPage",
    "Trace",
    "open_beside",
    "open_database",
    "open_for_reading",
    "with_password",
]

log = logging.getLogger(__name__)

AS_AGREED = Limits()
AT_FIRST = Opening()


class Desk(Records):
    """One desk over one database. Safe to be called from many threads.

    `respond` answers a turn and always does; `articles_exist` says whether all the
    given articles may still be cited, quickly, for it is asked inside a transaction.
    `opening` says how tickets are opened and where they go.
    """

    def __init__(
        self,
        database: Database,
        respond: Callable[[Turn], Response],
        *,
        wording: DeskWording,
        articles_exist: Callable[[Collection[str]], bool],
        limits: Limits = AS_AGREED,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_key: Callable[[], str] = lambda: secrets.token_hex(12),
        chance: Callable[[], float] = random.random,
        fault: Fault = no_fault,
        timings: Timings | None = None,
        opening: Opening = AT_FIRST,
    ) -> None:
        super().__init__(database)
        self._timings = timings or Timings()
        self._limits = limits
        self._clock = clock
        self._chance = chance
        self.fault = fault
        self._claims = claims_of(database, clock)
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._last_error: tuple[str, datetime | None] = ("", None)
        self.firsts = deliveries_of(database)
        self._broken: dict[str, str] = {}
        self._hearing = Hearing(
            database,
            self._claims,
            wording,
            clock,
            new_key,
            limits,
            fault,
            self.count,
            self.firsts,
            self._timings,
            Budget(limits.person_per_minute, limits.channel_per_minute),
        )
        self._turns = Turns(
            database,
            self._claims,
            respond,
            wording,
            articles_exist,
            clock,
            new_key,
            limits,
            fault,
            self.count,
            self.firsts,
            self._timings,
            opening,
        )

    def accept(self, heard: Heard) -> Accepted:
        """Keep a message, a rating, an edit or a deletion; returns once it is stored.

        An edited message that waits is answered as edited; after its answer the bot offers
        to answer again. A message deleted before its answer is not answered.

        Raises Refused for what no channel may hand in, DatabaseFailed when it could not
        be kept: then the channel must not be told "got it".
        """
        return self._hearing.accept(heard)

    def take_turn(self) -> bool:
        """Respond to one waiting message; False when none is free to be taken.

        Messages of one conversation are taken in the order of their arrival, those of
        different conversations by as many threads as call this. A message that fails
        `turn_attempts` times goes to people.
        """
        return self._turns.take()

    def due(
        self, limit: int, channel: str | None = None, flying: Collection[str] = ()
    ) -> tuple[Outgoing, ...]:
        """What can be delivered now, oldest first: at most one of each conversation.

        The same is given again until `sent` or `failed` is told of it; `flying` are
        keys that need not be given, since they are being delivered.
        """
        return self.firsts.due(limit, channel, flying, self._clock())

    def sent(self, key: str, external_id: str) -> None:
        """It was delivered, under the channel's id."""

        def work(session: Session) -> bool:
            if not self.firsts.mine(session, key):
                return False
            told = outbox.sent(session, key, identity(external_id), self._clock())
            self.fault("sent before commit")
            return told

        if self._database.write(work):
            self.count("sent")
        self.firsts.over(key)
        self.fault("sent after commit")

    def failed(self, key: str, error: SendError) -> None:
        """It was not delivered: again later, or never, and then a ticket says so."""

        def work(session: Session) -> bool:
            return self.firsts.mine(session, key) and outbox.failed(
                session,
                key,
                error,
                give_up_after=self._limits.delivery,
                chance=self._chance(),
                now=self._clock(),
            )

        dead = self._database.write(work)
        self.firsts.over(key)
        self.count("send_failed")
        self.note_error("delivery given up" if dead else "delivery failed", error)

    def channel_broken(self, channel: str, reason: str) -> None:
        """The whole channel cannot send; health shows it with the reason."""
        if channel not in self._broken:
            log.error("channel cannot send", extra={"channel": channel, "reason": reason})
        self._broken = {**self._broken, channel: storable(reason)}

    def channel_mended(self, channel: str) -> None:
        """A delivery went through again."""
        if channel in self._broken:
            log.info("channel sends again", extra={"channel": channel})
        self._broken = {name: why for name, why in self._broken.items() if name != channel}

    def stats(self) -> Stats:
        """For health and metrics."""
        found = self._database.browse(lambda s: history.stats(s, self._clock()))
        error, at = self._last_error
        with self._counting:
            counts = dict(self._counts)
        return replace(
            found,
            last_error=error,
            last_error_at=at,
            counts=counts,
            broken=self._broken,
            spreads=self._timings.spreads(),
        )

    def prove_writable(self) -> None:
        """Write something and have it on the disk. Raises DatabaseFailed when that cannot be done."""
        now = self._clock().isoformat()
        self._database.write(lambda s: bookmarks.keep(s, "health", "database", now))

    def tried(self, outgoing: Outgoing, started: float, seconds: float, outcome: str) -> None:
        """How long a delivery took, for metrics and traces; `outcome` is `sent` or an error's name."""
        channel, key = outgoing.address.channel, outgoing.key
        message = None
        if self._timings.traced:
            message = self._database.browse(lambda s: history.asked_by(s, channel, key))
        facts: Facts = {"attempt": outgoing.attempt, "outcome": outcome}
        self._timings(Step("delivery", channel, message, started, seconds, facts))

    def note_error(self, where: str, error: BaseException) -> None:
        """Something went wrong around the desk; health shows the last one, without its text's words."""
        self._last_error = (f"{where}: {type(error).__name__}", self._clock())
        log.warning(where, extra={"error": type(error).__name__})

    def count(self, what: str) -> None:
        """Something happened that metrics count by its name."""
        with self._counting:
            self._counts[what] += 1
