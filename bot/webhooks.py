"""The door to webhooks: add, list, remove, and what became of each delivery. Every change is audited."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from bot.store import audit, ticket_lists, webhooks
from bot.store.database import Database
from bot.webhook_model import Webhook, WebhookDelivery
from bot.webhook_signing import secret_of

EVENTS = (
    "opened", "claimed", "assigned", "unassigned", "replied", "noted", "suggested", "escalated",
    "de_escalated", "held", "resumed", "solved", "reopened", "closed", "requester_wrote",
    "asked_again", "snoozed", "woken", "changed", "followed", "unfollowed", "linked", "merged",
    "merged_in", "split", "given_back", "undelivered", "identified", "named", "requester_joined",
    "sla_warning", "sla_breached", "brought_forward",
)  # fmt: skip
"""What can happen to a ticket."""


class WebhookRefused(ValueError):
    """A webhook, or an act upon one, that is not accepted; says what to do."""


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """A webhook as it is told: `events` it wants (empty: all), `failures` in a row."""

    id: int
    url: str
    events: tuple[str, ...]
    enabled: bool
    failures: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One event on its way: `state` is `due`, `sent`, `dead` or `dropped`."""

    id: int
    webhook: int
    event: int
    ticket: int
    state: str
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    next_at: datetime
    done_at: datetime | None


class Webhooks:
    """Reads and changes webhooks. Safe to be called from many threads; `desk_secret` makes theirs."""

    def __init__(
        self,
        database: Database,
        desk_secret: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_salt: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._database = database
        self._desk_secret = desk_secret
        self._clock = clock
        self._new_salt = new_salt

    def add(self, url: str, events: Collection[str] = (), *, by: str) -> tuple[WebhookLine, str]:
        """A new webhook and its secret, which is told only now. Raises WebhookRefused.

        It is told what happens from now on.
        """
        _require(url, events)
        now, salt = self._clock(), self._new_salt()

        def work(session: Session) -> WebhookLine:
            made = Webhook(
                url=url,
                salt=salt,
                events=sorted(set(events)),
                event=ticket_lists.last_event(session),
                created_at=now,
                created_by=by,
            )
            session.add(made)
            session.flush()
            audit.add(session, now, by, "webhook added", f"webhook {made.id}", _host(url))
            return told(made)

        return self._database.write(work), secret_of(self._desk_secret, salt)

    def listed(self) -> tuple[WebhookLine, ...]:
        """All webhooks, the oldest first."""
        return self._database.browse(lambda s: tuple(map(told, webhooks.listed(s))))

    def remove(self, number: int, *, by: str) -> WebhookLine:
        """Take it away with its deliveries. Raises WebhookRefused when there is none."""
        now = self._clock()

        def work(session: Session) -> WebhookLine:
            found = one(session, number)
            line = told(found)
            webhooks.remove(session, found)
            audit.add(session, now, by, "webhook removed", f"webhook {number}", _host(line.url))
            return line

        return self._database.write(work)

    def log(self, webhook: int = 0, state: str = "", limit: int = 50) -> tuple[DeliveryLine, ...]:
        """The last deliveries, the newest first; 0 and empty mean any."""
        return self._database.browse(
            lambda s: tuple(map(_delivery, webhooks.log(s, webhook, state, limit)))
        )

    def dead(self) -> int:
        """How many deliveries were given up."""
        return self._database.browse(lambda s: webhooks.count(s, "dead"))

    def retry(self, delivery: int, *, by: str) -> None:
        """Try a dead one again for as long as a new one. Raises WebhookRefused when it is not dead."""
        self._settle(delivery, "due", "webhook delivery put back", by)

    def drop(self, delivery: int, *, by: str) -> None:
        """Let a dead one be. Raises WebhookRefused when it is not dead."""
        self._settle(delivery, "dropped", "webhook delivery dropped", by)

    def _settle(self, number: int, state: str, what: str, by: str) -> None:
        now = self._clock()

        def work(session: Session) -> None:
            found = session.get(WebhookDelivery, number, with_for_update=True)
            if found is None or found.state != "dead":
                raise WebhookRefused(
                    f"There is no dead delivery {number}. 'firstline webhook log --dead' lists them."
                )
            found.state, found.created_at, found.next_at, found.attempts = state, now, now, 0
            found.done_at = None if state == "due" else now
            audit.add(session, now, by, what, f"delivery {number}")

        self._database.write(work)


def one(session: Session, number: int) -> Webhook:
    """The webhook of that number. Raises WebhookRefused."""
    found = session.get(Webhook, number)
    if found is None:
        raise WebhookRefused(f"There is no webhook {number}. 'firstline webhook list' shows all.")
    return found


def told(webhook: Webhook) -> WebhookLine:
    """A webhook's row as it is told outside: never its salt."""
    return WebhookLine(
        id=webhook.id,
        url=webhook.url,
        events=tuple(webhook.events),
        enabled=webhook.enabled,
        failures=webhook.failures,
        created_at=webhook.created_at,
        created_by=webhook.created_by,
    )


def _delivery(kept: WebhookDelivery) -> DeliveryLine:
    return DeliveryLine(
        id=kept.id,
        webhook=kept.webhook_id,
        event=kept.event_id,
        ticket=kept.ticket_id,
        state=kept.state,
        attempts=kept.attempts,
        status=kept.status,
        error=kept.error,
        created_at=kept.created_at,
        next_at=kept.next_at,
        done_at=kept.done_at,
    )


def _require(url: str, events: Collection[str]) -> None:
    parts = urlsplit(url)
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2000
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or not plain
    ):
        raise WebhookRefused(
            "A webhook's address is like https://example.com/hook, without a user or a password."
        )
    if unknown := sorted(set(events) - set(EVENTS)):
        raise WebhookRefused(f"There is no event {unknown[0]!r}. There are: {', '.join(EVENTS)}.")


def _host(url: str) -> str:
    """Of an address only the host: its path may hold a key."""
    return urlsplit(url).hostname or ""
