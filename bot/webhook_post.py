"""Telling webhooks what happened to tickets: at least once, and per ticket in order.

    queue     events after each webhook's last one become deliveries, in one transaction
    deliver   claimed, sent, marked; who dies in between sends it again, with the same id
    test      one message at once, kept nowhere

A delivery that fails is tried again, ever more rarely, until it is given up. A webhook that
does not answer at all rests meanwhile, so that nobody is hammered.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from bot.backoff import next_attempt
from bot.faults import Fault, no_fault
from bot.flow_http import NotAnswered, Resolve, exchange, resolve
from bot.store import ticket_lists, webhooks
from bot.store.database import Database
from bot.ticket_archive import short
from bot.views import TicketChange, TicketLine
from bot.webhook_model import Webhook, WebhookDelivery
from bot.webhook_signing import secret_of, signed
from bot.webhooks import one

log = logging.getLogger(__name__)
AT_ONCE = 200
"""Events that are dealt with, at most, at a time."""
BATCH = 40
WEBHOOKS_AT_ONCE = 8
LEASE = timedelta(minutes=1)
"""Longer than an attempt takes: after it another process may try."""
FORGET_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PostRules:
    """`seconds` an answer may take; `private` hosts that may be called; after how long a delivery
    is given up, and for how long one that arrived is remembered."""

    seconds: float = 10.0
    private: Collection[str] = ()
    give_up: timedelta = timedelta(hours=24)
    remember: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: a `status`, or why there is none."""

    status: int | None
    error: str = ""

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def down(self) -> bool:
        """Whether it is the receiver that is in trouble, not this one message."""
        return self.status is None or self.status == 429 or self.status >= 500


class WebhookPost:
    """A chore of the worker. Safe beside other processes over the same database."""

    def __init__(
        self,
        database: Database,
        desk_secret: str,
        rules: PostRules = PostRules(),
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
        resolve: Resolve = resolve,
        fault: Fault = no_fault,
    ) -> None:
        self._database = database
        self._desk_secret = desk_secret
        self._rules = rules
        self._clock = clock
        self._chance = chance
        self._resolve = resolve
        self._fault = fault
        self._forget_at = clock()

    def post(self) -> int:
        """Queue and deliver what there is; how much it was."""
        self._forget()
        return self.queue() + self.deliver()

    def queue(self) -> int:
        """Make deliveries of what happened; how many webhooks moved on."""
        now = self._clock()
        hooks = self._database.browse(lambda s: [h for h in webhooks.listed(s) if h.enabled])
        moved = 0
        for hook in hooks:
            after = hook.event
            found = self._database.browse(
                lambda s, after=after: _happened(s, after, AT_ONCE)  # type: ignore[misc]
            )
            if found:
                wanted = [
                    (each.id, each.ticket, body_of(each, line))
                    for each, line in found
                    if not hook.events or each.what in hook.events
                ]
                last = found[-1][0].id
                moved += self._database.write(
                    lambda s, h=hook, e=last, w=wanted: webhooks.queue(s, h, e, w, now)  # type: ignore[misc]
                )
        return moved

    def deliver(self) -> int:
        """Try what is due now; how many arrived."""
        now = self._clock()
        due = self._database.browse(lambda s: webhooks.heads(s, now, BATCH))
        if not due:
            return 0
        by_hook = sorted(due, key=lambda each: (each.webhook_id, each.id))
        rows = [list(group) for _, group in groupby(by_hook, key=lambda each: each.webhook_id)]
        with ThreadPoolExecutor(WEBHOOKS_AT_ONCE, thread_name_prefix="webhook") as pool:
            return sum(pool.map(self._in_order, rows))

    def test(self, number: int) -> Answered:
        """Send a message of the event `test` now. Raises WebhookRefused for an unknown webhook."""
        hook = self._database.browse(lambda s: one(s, number))
        now = self._clock()
        body = json.dumps({"id": "test", "event": "test", "at": now.isoformat()})
        return self._send(hook, "test", body)

    def _in_order(self, rows: list[WebhookDelivery]) -> int:
        """One webhook's, until one fails."""
        arrived = 0
        for each in rows:
            if not self._one(each):
                break
            arrived += 1
        return arrived

    def _one(self, delivery: WebhookDelivery) -> bool:
        until = self._clock() + LEASE
        if not self._database.write(lambda s: webhooks.claim(s, delivery, until)):
            return False
        hook = self._database.browse(lambda s: s.get(Webhook, delivery.webhook_id))
        if hook is None:
            return False
        self._fault("webhook claimed")
        answered = self._send(hook, f"evt-{delivery.event_id}", delivery.body)
        self._fault("webhook sent")
        self._database.write(lambda s: self._mark(s, delivery.id, answered))
        return answered.ok

    def _send(self, hook: Webhook, id: str, body: str) -> Answered:
        content = body.encode()
        secret = secret_of(self._desk_secret, hook.salt)
        try:
            status, _ = exchange(
                "POST",
                hook.url,
                signed(secret, int(self._clock().timestamp()), content, id),
                self._rules.seconds,
                content=content,
                private=self._rules.private,
                setting="webhooks.private_hosts",
                resolve=self._resolve,
            )
        except NotAnswered as error:
            return Answered(None, str(error)[:500])
        return Answered(status, "" if 200 <= status < 300 else f"answered {status}")

    def _mark(self, session: Session, number: int, answered: Answered) -> None:
        found = session.get(WebhookDelivery, number)
        if found is None or found.state != "due":
            return  # taken away meanwhile
        hook, now = session.get_one(Webhook, found.webhook_id), self._clock()
        found.attempts += 1
        found.status, found.error = answered.status, answered.error
        if answered.ok:
            found.state, found.done_at = "sent", now
            hook.failures, hook.rests_until = 0, None
            return
        found.next_at = next_attempt(now, found.attempts, None, self._chance())
        if now - found.created_at >= self._rules.give_up:
            found.state, found.done_at = "dead", now
        if answered.down:
            hook.failures += 1
            hook.rests_until = next_attempt(now, hook.failures, None, self._chance())
            webhooks.give_up(session, hook, now - self._rules.give_up, now, answered.error)
        log.warning("webhook %s: event %s: %s", hook.id, found.event_id, answered.error)

    def _forget(self) -> None:
        now = self._clock()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            self._database.write(lambda s: webhooks.forget(s, now - self._rules.remember))


def body_of(change: TicketChange, line: TicketLine | None) -> str:
    """What a webhook is told of an event, as JSON: the event, and the ticket as it is now."""
    told: dict[str, Any] = {
        "id": f"evt-{change.id}",
        "event": change.what,
        "ticket": change.ticket,
        "at": change.at.isoformat(),
        "actor": change.actor,
        "name": change.name,
        "why": change.why,
        "detail": short(change.detail),
        "now": None if line is None else ticket_in_json(line),
    }
    return json.dumps(told, ensure_ascii=False)


def ticket_in_json(line: TicketLine) -> dict[str, Any]:
    """A ticket as it stands in a list, as JSON has it."""
    plain = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in plain.items()
    }


def _happened(
    session: Session, after: int, limit: int
) -> list[tuple[TicketChange, TicketLine | None]]:
    events = ticket_lists.events_after(session, after, limit)
    lines = ticket_lists.numbered(session, sorted({each.ticket for each in events}))
    by_number = {line.id: line for line in lines}
    return [(each, by_number.get(each.ticket)) for each in events]
