"""What is heard is kept: messages, ratings, edits and deletions, each in one transaction (T1)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.budget import Budget, Verdict
from bot.channel import Deletion, Edit, Heard, Incoming, Rating
from bot.claims import Claims
from bot.edits import choice_of
from bot.faults import Fault
from bot.first_attempts import FirstAttempts
from bot.limits import Limits, Refused, edited_text, identity, storable, take_in
from bot.store import changes, inbox
from bot.store.database import Database
from bot.store.refusals import Refusal, refuse
from bot.timing import Step, Timings
from bot.turn import Outcome
from bot.turns import DeskWording
from bot.views import Accepted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that keeping needs. See `bot.desk.Desk` for what each is."""

    database: Database
    claims: Claims
    wording: DeskWording
    clock: Callable[[], datetime]
    new_key: Callable[[], str]
    limits: Limits
    fault: Fault
    count: Callable[[str], None]
    firsts: FirstAttempts
    timings: Timings
    budget: Budget

    def accept(self, heard: Heard) -> Accepted:
        """Keep it; see `bot.desk.Desk.accept`."""
        if isinstance(heard, Rating):
            return self._rate(heard)
        if isinstance(heard, Incoming):
            return self._keep(heard)
        return self._edit(heard) if isinstance(heard, Edit) else self._delete(heard)

    def _keep(self, incoming: Incoming) -> Accepted:
        taken = take_in(incoming, self.limits)
        started, began, asked = time.time(), time.perf_counter(), self.clock()
        verdict = self._verdict(incoming, asked)
        refusal = self._refusal(incoming, verdict)

        def work(session: Session) -> tuple[Accepted, int, bool]:
            kept, conversation = inbox.accept(session, taken, self.clock())
            refused = verdict.refused and refuse(session, kept, refusal, self.clock())
            self.fault("accept before commit")
            return kept, conversation, refused

        with self.firsts.of([refusal.key] if refusal.reply else []):
            accepted, conversation, refused = self.database.write(work)
        self.fault("accept after commit")
        seconds, channel = time.perf_counter() - began, incoming.address.channel
        facts = {"new": accepted.new}
        self.timings(Step("accept", channel, accepted.message_id, started, seconds, facts))
        self.count("accepted" if accepted.new else "redelivered")
        if refused:
            self.count("limited")
            self.count(f"outcome_{Outcome.IGNORED.value}")
            return replace(accepted, awaited=refusal.reply is not None)
        if accepted.new and accepted.message_id is not None:
            person = inbox.person(channel, taken.incoming.sender.id)
            soon = self.claims.add(conversation, accepted.message_id, person)
            return replace(accepted, awaited=accepted.awaited and soon)
        if not verdict.refused:
            self.budget.give_back(channel, identity(incoming.sender.id), asked)
        if accepted.conflict:
            log.warning(
                "same identity, other content: the first stands",
                extra={"message_id": accepted.message_id, "channel": incoming.address.channel},
            )
        return accepted

    def _verdict(self, incoming: Incoming, now: datetime) -> Verdict:
        """Whether it is one question too many."""
        if incoming.for_people:
            return Verdict()
        return self.budget.take(incoming.address.channel, identity(incoming.sender.id), now)

    def _refusal(self, incoming: Incoming, verdict: Verdict) -> Refusal:
        """What is said about it, once a minute; nothing to who did not speak to the bot."""
        told = verdict.tell and not incoming.only_if_sure
        return Refusal(verdict.why, self.new_key(), self.wording.too_fast() if told else None)

    def _edit(self, edit: Edit) -> Accepted:
        text, left_out = edited_text(edit, self.limits)
        edited = changes.Edited(text, left_out, edit.edited_at)
        message = self._message_of(edit)
        if message is None:
            return Accepted(None, new=False)
        offer = (self.new_key(), self.wording.edited(choice_of(message)))

        def work(session: Session) -> bool:
            new = changes.edit(session, message, edited, offer, self.clock())
            self.fault("change before commit")
            return new

        with self.firsts.of([offer[0]]):
            new = self.database.write(work)
        self.fault("change after commit")
        self.count("edited" if new else "redelivered")
        return Accepted(message, new=new)

    def _delete(self, deletion: Deletion) -> Accepted:
        if deletion.deleted_at.tzinfo is None:
            raise Refused("`deleted_at` must carry its time zone")
        message = self._message_of(deletion)
        if message is None:
            return Accepted(None, new=False)

        def work(session: Session) -> tuple[bool, Outcome | None]:
            done = changes.delete(session, message, deletion.deleted_at, self.clock())
            self.fault("change before commit")
            return done

        new, outcome = self.database.write(work)
        self.fault("change after commit")
        self.count("deleted" if new else "redelivered")
        if outcome:
            self.count(f"outcome_{outcome.value}")
        return Accepted(message, new=new)

    def _message_of(self, change: Edit | Deletion) -> int | None:
        channel, external_id = change.address.channel, identity(change.external_id)
        found = self.database.read(lambda s: changes.find(s, channel, external_id))
        if found is None:
            kind = type(change).__name__
            log.info("change of an unknown message", extra={"channel": channel, "kind": kind})
        return found

    def _rate(self, rating: Rating) -> Accepted:
        if len(rating.comment) > self.limits.text:
            raise Refused(f"a comment is at most {self.limits.text} characters")
        sender, comment = identity(rating.sender.id), storable(rating.comment)
        accepted = self.database.write(lambda s: inbox.rate(s, rating, sender, comment))
        self.count("ratings")
        if accepted.message_id is None:
            log.warning("rating of nothing said there", extra={"channel": rating.address.channel})
        return accepted
