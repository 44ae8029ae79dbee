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

from bot.channel import Deletion, Edit, Heard, Incoming, Outgoing, Rating, SendError
from bot.claims import Claims
from bot.edits import choice_of
from bot.faults import Fault, no_fault
from bot.first_attempts import FirstAttempts
from bot.limits import Limits, Refused, edited_text, identity, storable, take_in
from bot.opening import Opening
from bot.records import Records
from bot.store import changes, history, inbox, outbox
from bot.store.database import (
    Database,
    open_beside,
    open_database,
    open_for_reading,
    with_password,
)
from bot.store.errors import DatabaseFailed, DatabaseRefused
from bot.turn import Outcome, Response, Turn
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
        opening: Opening = AT_FIRST,
    ) -> None:
        super().__init__(database)
        self._limits = limits
        self._clock = clock
        self._chance = chance
        self.fault = fault
        self._claims = Claims()
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._last_error: tuple[str, datetime | None] = ("", None)
        self._wording = wording
        self._new_key = new_key
        self.firsts = FirstAttempts()
        self._broken: dict[str, str] = {}
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
            self._count,
            self.firsts,
            opening,
        )

    def accept(self, heard: Heard) -> Accepted:
        """Keep a message, a rating, an edit or a deletion; returns once it is stored.

        An edited message that waits is answered as edited; after its answer the bot offers
        to answer again. A message deleted before its answer is not answered.

        Raises Refused for what no channel may hand in, DatabaseFailed when it could not
        be kept: then the channel must not be told "got it".
        """
        if isinstance(heard, Rating):
            return self._rate(heard)
        if isinstance(heard, Incoming):
            return self._keep(heard)
        return self._edit(heard) if isinstance(heard, Edit) else self._delete(heard)

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
        now = self._clock()
        found = self._database.read(lambda s: outbox.due(s, limit, channel, flying, now))
        return tuple(map(self.firsts.counted, found))

    def sent(self, key: str, external_id: str) -> None:
        """It was delivered, under the channel's id."""

        def work(session: Session) -> bool:
            told = outbox.sent(session, key, identity(external_id), self._clock())
            self.fault("sent before commit")
            return told

        if self._database.write(work):
            self._count("sent")
        self.fault("sent after commit")

    def failed(self, key: str, error: SendError) -> None:
        """It was not delivered: again later, or never, and then a ticket says so."""
        dead = self._database.write(
            lambda s: outbox.failed(
                s,
                key,
                error,
                give_up_after=self._limits.delivery,
                chance=self._chance(),
                now=self._clock(),
            )
        )
        self._count("send_failed")
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
            found, last_error=error, last_error_at=at, counts=counts, broken=self._broken
        )

    def note_error(self, where: str, error: BaseException) -> None:
        """Something went wrong around the desk; health shows the last one, without its text's words."""
        self._last_error = (f"{where}: {type(error).__name__}", self._clock())
        log.warning(where, extra={"error": type(error).__name__})

    def _keep(self, incoming: Incoming) -> Accepted:
        taken = take_in(incoming, self._limits)

        def work(session: Session) -> tuple[Accepted, int]:
            kept = inbox.accept(session, taken, self._clock())
            self.fault("accept before commit")
            return kept

        accepted, conversation = self._database.write(work)
        self.fault("accept after commit")
        self._count("accepted" if accepted.new else "redelivered")
        if accepted.new and accepted.message_id is not None:
            person = inbox.person(incoming.address.channel, taken.incoming.sender.id)
            soon = self._claims.add(conversation, accepted.message_id, person)
            return replace(accepted, awaited=accepted.awaited and soon)
        if accepted.conflict:
            log.warning(
                "same identity, other content: the first stands",
                extra={"message_id": accepted.message_id, "channel": incoming.address.channel},
            )
        return accepted

    def _edit(self, edit: Edit) -> Accepted:
        text, left_out = edited_text(edit, self._limits)
        edited = changes.Edited(text, left_out, edit.edited_at)
        message = self._message_of(edit)
        if message is None:
            return Accepted(None, new=False)
        offer = (self._new_key(), self._wording.edited(choice_of(message)))

        def work(session: Session) -> bool:
            new = changes.edit(session, message, edited, offer, self._clock())
            self.fault("change before commit")
            return new

        with self.firsts.of([offer[0]]):
            new = self._database.write(work)
        self.fault("change after commit")
        self._count("edited" if new else "redelivered")
        return Accepted(message, new=new)

    def _delete(self, deletion: Deletion) -> Accepted:
        if deletion.deleted_at.tzinfo is None:
            raise Refused("`deleted_at` must carry its time zone")
        message = self._message_of(deletion)
        if message is None:
            return Accepted(None, new=False)

        def work(session: Session) -> tuple[bool, Outcome | None]:
            done = changes.delete(session, message, deletion.deleted_at, self._clock())
            self.fault("change before commit")
            return done

        new, outcome = self._database.write(work)
        self.fault("change after commit")
        self._count("deleted" if new else "redelivered")
        if outcome:
            self._count(f"outcome_{outcome.value}")
        return Accepted(message, new=new)

    def _message_of(self, change: Edit | Deletion) -> int | None:
        channel, external_id = change.address.channel, identity(change.external_id)
        found = self._database.read(lambda s: changes.find(s, channel, external_id))
        if found is None:
            kind = type(change).__name__
            log.info("change of an unknown message", extra={"channel": channel, "kind": kind})
        return found

    def _rate(self, rating: Rating) -> Accepted:
        if len(rating.comment) > self._limits.text:
            raise Refused(f"a comment is at most {self._limits.text} characters")
        sender, comment = identity(rating.sender.id), storable(rating.comment)
        accepted = self._database.write(lambda s: inbox.rate(s, rating, sender, comment))
        self._count("ratings")
        if accepted.message_id is None:
            log.warning("rating of nothing said there", extra={"channel": rating.address.channel})
        return accepted

    def count(self, what: str) -> None:
        """Something happened that metrics tell; for what works beside the desk."""
        self._count(what)

    def _count(self, what: str) -> None:
        with self._counting:
            self._counts[what] += 1
