"""Taking turns: claim -> count -> read -> respond -> write.

A turn is responded to outside any transaction. Before it is written it is checked
that nothing changed: the conversation (its version) and the cited articles (still
there). If something did, the response is thrown away and the turn taken again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.claims import Claims, Lost
from bot.faults import Fault
from bot.first_attempts import FirstAttempts
from bot.limits import Limits, storable
from bot.opening import Opening
from bot.store import inbox, turns
from bot.store.database import Database
from bot.store.errors import DatabaseFailed
from bot.store.turns import Stale
from bot.timing import Facts, Step, Timings, about
from bot.turn import TICKET_NUMBER, Reply, Response, Turn

log = logging.getLogger(__name__)

STALE_LIMIT = 5


@dataclass(frozen=True, slots=True)
class DeskWording:
    """What the desk itself has to say.

    `failed` hands over a message that could not be handled (a Response with a
    `hand_off`); `left_out(kept, left_out)` tells that a message was longer than the
    limit, in characters; `files_left_out(names)` that files were too large or too many.
    `edited(choice)` offers to answer a message again that was edited after its answer, by
    a Choice with that id. `too_fast` says that no more is answered for the moment.
    """

    failed: Callable[[Turn], Response]
    left_out: Callable[[int, int], Reply]
    files_left_out: Callable[[tuple[str, ...]], Reply]
    edited: Callable[[str], Reply]
    too_fast: Callable[[], Reply]


@dataclass(frozen=True, slots=True)
class Turns:
    """All that taking a turn needs. See `bot.desk.Desk` for what each is."""

    database: Database
    claims: Claims
    respond: Callable[[Turn], Response]
    wording: DeskWording
    articles_exist: Callable[[Collection[str]], bool]
    clock: Callable[[], datetime]
    new_key: Callable[[], str]
    limits: Limits
    fault: Fault
    count: Callable[[str], None]
    firsts: FirstAttempts
    timings: Timings
    opening: Opening

    def take(self) -> bool:
        """Take one turn; False when no conversation is free that has one."""
        conversation = self._claim()
        if conversation is None:
            return False
        done = False
        try:
            done = self._first_of(conversation)
        finally:
            self.claims.release(conversation, done=done)
        return True

    def _claim(self) -> int | None:
        found = self.claims.take()
        if found is None and self.claims.look():
            self.claims.found(self.database.read(self.claims.waiting))
            found = self.claims.take()
        return found

    def _first_of(self, conversation: int) -> bool:
        """Handle its first message; False when the attempt failed and is to be made again."""
        turn = self._read(conversation)
        if turn is None:
            return True
        if self.claims.first_time(turn.message.id):
            return self._attempt(turn, turn.message.attempts)
        with self.claims.suspects:
            if turn.message.attempts >= self.limits.turn_attempts:
                return self._attempt(turn, turn.message.attempts, given_up=True)
            self.database.write(lambda s: inbox.count_attempt(s, turn.message.id, self.clock()))
            return self._attempt(turn, turn.message.attempts + 1)

    def _attempt(self, turn: Turn, attempt: int, *, given_up: bool = False) -> bool:
        self.fault("turn counted")
        message = turn.message.id
        started, began = time.time(), time.perf_counter()
        try:
            with about(message, turn.conversation.channel, attempt):
                self._respond_and_write(turn, attempt, given_up=given_up)
        except DatabaseFailed:
            raise
        except Lost as lost:
            self.count("turn_lost")
            log.warning("turn not written", extra={"message_id": message, "why": str(lost)})
        except Exception as error:
            self.count("turn_failed")
            facts: Facts = {"attempt": attempt, "error": type(error).__name__}
            self._time(turn, started, time.perf_counter() - began, facts)
            reason = storable(f"attempt {attempt} failed: {type(error).__name__}: {error}")
            log.exception("turn failed", extra={"message_id": message, "attempt": attempt})
            self.database.write(lambda s: inbox.note_failure(s, message, reason))
            return False
        return True

    def _respond_and_write(self, turn: Turn, attempt: int, *, given_up: bool) -> None:
        started, began, withheld = time.time(), time.perf_counter(), ""
        for _ in range(STALE_LIMIT):
            response = self._given_up(turn) if given_up else self.respond(turn)
            told = (*turn.history, turn.message)
            response = self.opening.routed(response, turn.conversation.channel, told)
            self.fault("turn responded")
            try:
                ticket = self._write(turn, response, "dead" if given_up else "done", withheld)
            except Stale as stale:
                withheld = _would_say(response) or withheld
                log.info("taken again", extra={"message_id": turn.message.id, "why": str(stale)})
                again = self._read(turn.conversation.id)
                if again is None or again.message.id != turn.message.id:
                    return
                turn = again
                continue
            self.claims.written(turn.conversation.id)
            self.fault("turn after commit")
            seconds = time.perf_counter() - began
            self._tell(turn, response, ticket, attempt, seconds * 1000)
            facts: Facts = {"attempt": attempt, "outcome": response.outcome.value}
            self._time(turn, started, seconds, facts)
            return
        raise RuntimeError(f"stale {STALE_LIMIT} times in a row")

    def _given_up(self, turn: Turn) -> Response:
        """It goes to people, with the last failure for whoever looks into it."""
        response = self.wording.failed(turn)
        last = turn.message.reason or "the process ended during each attempt"
        return replace(response, reason=f"{response.reason}: {last}")

    def _read(self, conversation: int) -> Turn | None:
        now, history = self.clock(), self.limits.history
        return self.database.read(lambda s: turns.first(s, conversation, history, now))

    def _write(
        self, turn: Turn, response: Response, state: str, suggestion: str = ""
    ) -> int | None:
        unasked = turn.message.only_if_sure and not response.replies
        said = response.replies if unasked else (*self._left_out(turn), *response.replies)
        replies = [(self.new_key(), reply) for reply in said]
        cited = {
            article
            for reply in response.replies
            if reply.evidence
            for article in reply.evidence.articles
        }

        def work(session: Session) -> int | None:
            self.claims.confirm(session, turn.conversation.id)
            if cited and not self.articles_exist(cited):
                raise Stale("a cited article was deleted")
            ticket = turns.apply(
                session,
                turn,
                response,
                replies,
                state=state,
                now=self.clock(),
                rules=self.opening.rules,
                suggestion=suggestion,
            )
            self.fault("turn before commit")
            return ticket

        with self.firsts.of([key for key, _ in replies]):
            return self.database.write(work)

    def _left_out(self, turn: Turn) -> list[Reply]:
        notices = []
        if turn.message.left_out:
            notices.append(self.wording.left_out(len(turn.message.text), turn.message.left_out))
        if turn.message.files:
            names = self.database.read(lambda s: turns.files_left_out(s, turn.message.id))
            notices += [self.wording.files_left_out(names)] if names else []
        return notices

    def _time(self, turn: Turn, started: float, seconds: float, facts: Facts) -> None:
        channel = turn.conversation.channel
        self.timings(Step("turn", channel, turn.message.id, started, seconds, facts))

    def _tell(
        self, turn: Turn, response: Response, ticket: int | None, attempt: int, ms: float
    ) -> None:
        self.count(f"outcome_{response.outcome.value}")
        log.info(
            "message handled",
            extra={
                "message_id": turn.message.id,
                "conversation_id": turn.conversation.id,
                "channel": turn.conversation.channel,
                "outcome": response.outcome.value,
                "replies": len(response.replies),
                "ticket": ticket,
                "attempt": attempt,
                "ms": round(ms, 1),
            },
        )


def _would_say(response: Response) -> str:
    """What a response that is thrown away would have told the user; not that people take over."""
    texts = [reply.text for reply in response.replies if TICKET_NUMBER not in reply.text]
    return "\n\n".join(texts)
