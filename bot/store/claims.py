"""Claims as rows: who takes a turn, makes a delivery or runs a job, on PostgreSQL.

claim(session, mine, kind, item)        nobody else has it: it is mine
end(session, mine, kind, item)          over; False when somebody else has it by now
claim_turn(session, mine, …)            the same for the first waiting message of a conversation
claim_deliveries(session, mine, …)      and for the first waiting delivery of many conversations
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.claim_model import Claim
from bot.flow_model import FlowJob
from bot.model import Conversation, Message, OutboxItem
from bot.store import inbox
from bot.store.due import is_time, moments
from bot.store.membership import Membership
from bot.store.rows import changed, table

TURN, DELIVERY, JOB = "turn", "delivery", "job"


@dataclass(frozen=True, slots=True)
class Mine:
    """A claim as its holder knows it."""

    member: str
    token: int


def mine(member: Membership | None) -> Mine | None:
    """A new claim of this process; None where it need not claim anything."""
    return Mine(member.id, member.token()) if member else None


_CLAIMS = table(Claim)
_KEPT = table(Message)
_ITEMS = table(OutboxItem)
_TALKS = table(Conversation)

_CLAIM = insert(_CLAIMS).on_conflict_do_nothing().returning(_CLAIMS.c.token)
_END = delete(_CLAIMS).where(
    _CLAIMS.c.kind == bindparam("of_kind"),
    _CLAIMS.c.item == bindparam("of_item"),
    _CLAIMS.c.token == bindparam("of_token"),
)
_HEAD = (
    select(_KEPT.c.id)
    .where(_KEPT.c.state == "new", _KEPT.c.conversation_id == bindparam("talk"))
    .order_by(_KEPT.c.id)
    .limit(1)
    .scalar_subquery()
)
_TAKEN = (
    update(_KEPT)
    .where(_KEPT.c.id == _HEAD, _KEPT.c.state == "new", _KEPT.c.taken_at.is_(None))
    .values(taken_at=bindparam("now"))
    .returning(_KEPT.c.id)
)
_WAITING = inbox.WAITING.where(
    ~select(1).where(_CLAIMS.c.kind == TURN, _CLAIMS.c.item == _TALKS.c.id).exists()
)
# The first due item of each conversation, read along the index: what was sent costs nothing here.
_HEADS = (
    select(
        _ITEMS.c.id,
        _ITEMS.c.conversation_id,
        _ITEMS.c.key,
        _ITEMS.c.not_before,
        _ITEMS.c.attempts,
        func.row_number()
        .over(partition_by=_ITEMS.c.conversation_id, order_by=_ITEMS.c.id)
        .label("place"),
    )
    .where(_ITEMS.c.state == "due")
    .subquery("heads")
)
_DUE = (
    select(_HEADS.c.id, _HEADS.c.conversation_id)
    .join(_TALKS, _TALKS.c.id == _HEADS.c.conversation_id)
    .outerjoin(
        _CLAIMS,
        and_(_CLAIMS.c.kind == DELIVERY, _CLAIMS.c.item == _HEADS.c.conversation_id),
    )
    .where(_HEADS.c.place == 1, is_time(_HEADS.c))
    .where(or_(_CLAIMS.c.item.is_(None), _CLAIMS.c.member == bindparam("me")))
    .where(_HEADS.c.key.not_in(bindparam("flying", expanding=True)))
    .order_by(_HEADS.c.id)
    .limit(bindparam("most"))
)
_DUE_THERE = _DUE.where(_TALKS.c.channel == bindparam("channel"))


def claim(session: Session, mine: Mine, kind: str, item: int) -> bool:
    """Take it; False when somebody has it."""
    values = {"kind": kind, "item": item, "member": mine.member, "token": mine.token}
    return session.execute(_CLAIM, values).first() is not None


def end(session: Session, mine: Mine, kind: str, item: int) -> bool:
    """Let it go, in the transaction that writes what came of it; False when it was lost."""
    return changed(session, _END, {"of_kind": kind, "of_item": item, "of_token": mine.token}) == 1


def claim_turn(
    session: Session, mine: Mine, conversation: int, now: datetime
) -> tuple[bool, int | None]:
    """Whether it is mine now, and the id of its first message if that is taken for the first time."""
    if not claim(session, mine, TURN, conversation):
        return False, None
    found = session.execute(_TAKEN, {"talk": conversation, "now": now}).first()
    return True, found[0] if found else None


def jobs_without_holder(session: Session) -> list[FlowJob]:
    """Jobs that a process was trying when it died."""
    held = select(1).where(_CLAIMS.c.kind == JOB, _CLAIMS.c.item == FlowJob.id).exists()
    found = select(FlowJob).where(FlowJob.state == "running", ~held).limit(100)
    return list(session.scalars(found))


def waiting(session: Session) -> list[tuple[int, str]]:
    """Conversations with a message that no turn has dealt with and nobody deals with now, each
    with who opened it."""
    return inbox.waiting(session, _WAITING)


def claim_deliveries(
    session: Session,
    mine: Mine,
    *,
    most: int,
    channel: str | None,
    flying: Collection[str],
    now: datetime,
) -> Sequence[Any]:
    """Items that are mine to deliver: (key, message_id, attempts, given_at, conversation_id).

    `given_at` says when it was last given out, None for the first time. What this process
    holds and does not deliver any more (it is not in `flying`) is given out again.
    """
    values = {"me": mine.member, "flying": list(flying), "most": most, **moments(now)}
    statement, more = (_DUE, {}) if channel is None else (_DUE_THERE, {"channel": channel})
    due = session.execute(statement, {**values, **more}).all()
    if not due:
        return ()
    held = _hold(session, mine, [row.conversation_id for row in due])
    # Looked at again now that they are held: one may have been sent a moment ago.
    wanted = [row.id for row in due if row.conversation_id in held]
    there = session.execute(
        select(
            _ITEMS.c.key,
            _ITEMS.c.message_id,
            _ITEMS.c.attempts,
            _ITEMS.c.given_at,
            _ITEMS.c.conversation_id,
        )
        .where(_ITEMS.c.id.in_(wanted), _ITEMS.c.state == "due")
        .order_by(_ITEMS.c.id)
        .with_for_update(key_share=True)
    ).all()
    given = update(_ITEMS).where(_ITEMS.c.key.in_([row.key for row in there]))
    session.execute(given.values(given_at=now))
    for conversation in held - {row.conversation_id for row in there}:
        end(session, mine, DELIVERY, conversation)
    return there


def _hold(session: Session, mine: Mine, conversations: Sequence[int]) -> set[int]:
    taking = insert(_CLAIMS).values(
        [
            {"kind": DELIVERY, "item": item, "member": mine.member, "token": mine.token}
            for item in sorted(conversations)
        ]
    )
    again = taking.on_conflict_do_update(
        index_elements=[_CLAIMS.c.kind, _CLAIMS.c.item],
        set_={"token": taking.excluded.token},
        where=_CLAIMS.c.member == mine.member,
    )
    return set(session.scalars(again.returning(_CLAIMS.c.item)))
