"""A turn is read, and what came of it is written: T2, all or nothing.

    first(session, conversation, …)                what a responder is given
    apply(session, turn, response, replies, …)     message done, replies, ticket, outbox

Statements used with every message are built once, here at the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.channel import Attachment, Standing
from bot.edits import message_of
from bot.model import Conversation, KeptAttachment, Message, OutboxItem
from bot.opening import TicketRules
from bot.store import after, flows, takeover, tickets
from bot.store.postgres import locked
from bot.store.rows import add, changed, table
from bot.turn import TICKET_NUMBER, Reply, Response, Turn

_KEPT = table(Message)
_TALKS = table(Conversation)

_FIRST = (
    select(Message, Conversation)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.state == "new", Message.conversation_id == bindparam("conversation"))
    .order_by(Message.id)
    .limit(1)
)
_BEFORE = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation"),
        Message.state.not_in(("new", "withheld")),
    )
    .order_by(Message.id.desc())
    .limit(bindparam("history"))
)
_VERSION = (
    update(_TALKS)
    .where(_TALKS.c.id == bindparam("conversation"), _TALKS.c.version == bindparam("seen"))
    .values(version=_TALKS.c.version + 1)
)
_FINISH = (
    update(_KEPT)
    .where(_KEPT.c.id == bindparam("message"), _KEPT.c.state == "new")
    .values(
        {name: bindparam(name) for name in ("outcome", "reason", "resolved", "taken_at", "done_at")}
    )
    .values(state=bindparam("becomes"))
)


class Stale(Exception):
    """Something changed between reading the turn and writing its response; it must be taken again."""


def first(session: Session, conversation: int, history: int, now: datetime) -> Turn | None:
    """The first waiting message there, and what was said before it, each question with its replies."""
    found = session.execute(_FIRST, {"conversation": conversation}).first()
    if found is None:
        return None
    message, talk = found
    before = session.scalars(_BEFORE, {"conversation": conversation, "history": history}).all()
    before = [*before, *_meant(session, message, before)]
    asked = sorted(before, key=lambda said: (said.in_reply_to or said.id, said.id))
    files = _files(session, message.id) if message.files else []
    attachments = tuple(Attachment(f.name, f.media_type, f.content, f.url) for f in files)
    run = flows.active(session, conversation)
    return Turn(talk, message, tuple(asked), now, attachments, run)


def _meant(session: Session, message: Message, known: Sequence[Message]) -> Sequence[Message]:
    """The edited message that is to be answered again, however long ago it was written."""
    meant = message_of(message.choice)
    if meant is None or any(said.id == meant for said in known):
        return ()
    here = (Message.id == meant, Message.conversation_id == message.conversation_id)
    return session.scalars(select(Message).where(*here)).all()


def files_left_out(session: Session, message_id: int) -> tuple[str, ...]:
    """Names of the attachments that were over the limits."""
    return tuple(file.name for file in _files(session, message_id) if file.left_out)


def _files(session: Session, message_id: int) -> Sequence[KeptAttachment]:
    found = select(KeptAttachment).where(KeptAttachment.message_id == message_id)
    return session.scalars(found.order_by(KeptAttachment.id)).all()


def apply(
    session: Session,
    turn: Turn,
    response: Response,
    replies: Sequence[tuple[str, Reply]],
    *,
    state: str,
    now: datetime,
    rules: TicketRules,
    suggestion: str = "",
) -> int | None:
    """Write all that came of a turn; gives the ticket's number if it was handed over.

    `replies` are what is to be said, each with its key; nothing is, while an agent has the
    conversation. `suggestion` is what would have been said if no agent had taken it meanwhile.
    Raises Stale when the conversation or the message is no longer as the turn saw it.
    """
    take_version(session, turn.conversation)
    _finish(session, turn, response, state, now)
    talk, ticket = turn.conversation, None
    if response.hand_off:
        ticket = tickets.hand_off(session, talk, response.hand_off, rules, now)
        if response.hand_off.into:
            takeover.joined(session, talk, ticket)
    if response.after and not after.keep(session, response.after, turn.message.id, now):
        raise Stale("the ticket was changed meanwhile")
    if talk.holder == "agent" and not response.after:
        tickets.requester_wrote(session, talk, turn.message.id, rules, now)
        takeover.suggest(session, talk.id, suggestion, now)
    else:
        standings = _standings(len(replies), response.standing)
        for (key, reply), standing in zip(replies, standings, strict=True):
            say(session, turn.message, key, reply, ticket, now, standing)
    if response.flow:
        flows.keep(session, turn.conversation.id, response.flow, now)
    if response.decision:
        flows.decide(session, response.decision)
    return ticket


def _standings(count: int, after: Standing) -> list[Standing]:
    """What each of so many replies tells of the conversation: only the last one, how it stands."""
    before: list[Standing] = ["open"] * (count - 1)
    return [*before, after] if count else []


def say(
    session: Session,
    to: Message,
    key: str,
    reply: Reply,
    ticket: int | None,
    now: datetime,
    standing: Standing = "open",
) -> None:
    """A reply to a message becomes part of the conversation, and due to be delivered."""
    said = _said(to.conversation_id, to.channel, to.id, key, reply, ticket, now)
    said.standing = standing
    add(session, _to_deliver(said, add(session, said), now, tells_number=_tells_number(reply)))


def tell(
    session: Session,
    conversation: Conversation,
    replies: Sequence[tuple[str, Reply]],
    ticket: int | None,
    now: datetime,
    standing: Standing = "open",
) -> None:
    """What the bot says there of its own accord, each with its key; how the conversation stands then."""
    for (key, reply), then in zip(replies, _standings(len(replies), standing), strict=True):
        said = _said(conversation.id, conversation.channel, None, key, reply, ticket, now)
        said.standing = then
        add(session, _to_deliver(said, add(session, said), now, tells_number=_tells_number(reply)))


def take_version(session: Session, conversation: Conversation) -> None:
    """The conversation is changed by whoever comes first. Raises Stale for the others."""
    seen = {"conversation": conversation.id, "seen": conversation.version}
    if changed(session, _VERSION, seen) != 1:
        raise Stale("the conversation was changed meanwhile")


def take_versions(session: Session, talks: Sequence[Conversation]) -> set[int]:
    """The same for many at once: the ids of those that nobody changed meanwhile."""
    ids = [talk.id for talk in talks]
    wanted = select(_TALKS.c.id, _TALKS.c.version).where(_TALKS.c.id.in_(ids)).order_by(_TALKS.c.id)
    found = {row.id: row.version for row in session.execute(locked(wanted))}
    mine = {talk.id for talk in talks if found.get(talk.id) == talk.version}
    bump = update(_TALKS).where(_TALKS.c.id.in_(mine)).values(version=_TALKS.c.version + 1)
    session.execute(bump)
    return mine


def _finish(session: Session, turn: Turn, response: Response, state: str, now: datetime) -> None:
    values = {
        "message": turn.message.id,
        "becomes": state,
        "outcome": response.outcome.value,
        "reason": response.reason,
        "resolved": response.resolved,
        "taken_at": turn.now,
        "done_at": now,
    }
    if changed(session, _FINISH, values) != 1:
        raise Stale("the message was dealt with meanwhile")


def _said(
    conversation_id: int,
    channel: str,
    in_reply_to: int | None,
    key: str,
    reply: Reply,
    ticket: int | None,
    now: datetime,
) -> Message:
    return Message(
        conversation_id=conversation_id,
        channel=channel,
        external_id=key,
        author="bot",
        sender="bot",
        text=reply.text if ticket is None else reply.text.replace(TICKET_NUMBER, f"#{ticket}"),
        sent_at=now,
        received_at=now,
        in_reply_to=in_reply_to,
        sort=reply.sort,
        choices=[asdict(choice) for choice in reply.choices],
        sources=[asdict(source) for source in reply.sources],
        rateable=reply.rateable,
        evidence=asdict(reply.evidence) if reply.evidence else None,
    )


def _tells_number(reply: Reply) -> bool:
    return TICKET_NUMBER in reply.text


def _to_deliver(
    message: Message, message_id: int, now: datetime, *, tells_number: bool
) -> OutboxItem:
    return OutboxItem(
        key=message.external_id,
        conversation_id=message.conversation_id,
        message_id=message_id,
        created_at=now,
        not_before=now,
        tells_number=tells_number,
    )
