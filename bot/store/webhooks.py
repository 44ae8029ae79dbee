"""Webhooks and their deliveries.

queue(session, webhook, events, bodies, now)   what happened becomes deliveries, once
heads(session, now, limit)                     what is to be tried now: per ticket in order
claim(session, delivery, until)                nobody else tries it meanwhile
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.store.rows import add, changed, table
from bot.webhook_model import Webhook, WebhookDelivery


def listed(session: Session) -> Sequence[Webhook]:
    """All webhooks, the oldest first."""
    return session.scalars(select(Webhook).order_by(Webhook.id)).all()


def queue(
    session: Session,
    webhook: Webhook,
    last: int,
    bodies: Sequence[tuple[int, int, str]],
    now: datetime,
) -> bool:
    """Keep deliveries of events (event, ticket, body), and that all up to `last` are dealt with.

    False when another process did so first.
    """
    hooks = table(Webhook)
    mine = (hooks.c.id == webhook.id, hooks.c.event == webhook.event)
    if not changed(session, update(hooks).where(*mine).values(event=last), {}):
        return False
    for event, ticket, body in bodies:
        add(
            session,
            WebhookDelivery(
                webhook_id=webhook.id,
                event_id=event,
                ticket_id=ticket,
                body=body,
                next_at=now,
                created_at=now,
            ),
        )
    return True


def heads(session: Session, now: datetime, limit: int) -> Sequence[WebhookDelivery]:
    """Due deliveries of webhooks that do not rest, none before an earlier one of the same ticket."""
    earlier = aliased(WebhookDelivery)
    waits = (
        select(earlier.id)
        .where(earlier.webhook_id == WebhookDelivery.webhook_id)
        .where(earlier.ticket_id == WebhookDelivery.ticket_id, earlier.state == "due")
        .where(earlier.id < WebhookDelivery.id)
    )
    awake = or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now)
    return session.scalars(
        select(WebhookDelivery)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.state == "due", WebhookDelivery.next_at <= now)
        .where(Webhook.enabled, awake, ~waits.exists())
        .order_by(WebhookDelivery.id)
        .limit(limit)
    ).all()


def claim(session: Session, delivery: WebhookDelivery, until: datetime) -> bool:
    """Whether it is ours to try: nobody else does before `until`, even if we die."""
    rows = table(WebhookDelivery)
    same = (rows.c.id == delivery.id, rows.c.state == "due", rows.c.next_at == delivery.next_at)
    return changed(session, update(rows).where(*same).values(next_at=until), {}) == 1


def give_up(
    session: Session, webhook: Webhook, before: datetime, now: datetime, error: str
) -> None:
    """All of its deliveries that wait since before then are dead."""
    rows = table(WebhookDelivery)
    old = (rows.c.webhook_id == webhook.id, rows.c.state == "due", rows.c.created_at <= before)
    session.execute(update(rows).where(*old).values(state="dead", done_at=now, error=error))


def log(session: Session, webhook: int, state: str, limit: int) -> Sequence[WebhookDelivery]:
    """The last deliveries, the newest first; `webhook` 0 and an empty `state` mean any."""
    wanted = select(WebhookDelivery).order_by(WebhookDelivery.id.desc()).limit(limit)
    if webhook:
        wanted = wanted.where(WebhookDelivery.webhook_id == webhook)
    if state:
        wanted = wanted.where(WebhookDelivery.state == state)
    return session.scalars(wanted).all()


def count(session: Session, state: str) -> int:
    """How many deliveries are in that state."""
    here = WebhookDelivery.state == state
    return session.scalar(select(func.count()).select_from(WebhookDelivery).where(here)) or 0


def remove(session: Session, webhook: Webhook) -> None:
    """Take it away with all its deliveries."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id))
    session.delete(webhook)


def forget(session: Session, before: datetime) -> int:
    """Take away what was delivered before then; how many there were."""
    rows = table(WebhookDelivery)
    old = (rows.c.state == "sent", rows.c.done_at < before)
    return changed(session, delete(rows).where(*old), {})
