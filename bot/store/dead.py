"""Dead letters as rows: listed, put back once, dropped, each with who and why.

A letter is a user's message that failed too often (`m` and its number), or a reply that was
given up, or was perhaps sent before the desk was restored (`r` and its number).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Update, select, update
from sqlalchemy.orm import Session

from bot.dead_model import DeadLetterAct
from bot.model import Conversation, Message, OutboxItem
from bot.store.rows import add, changed
from bot.views import DeadAct, DeadLetter

OVER = ("dead", "uncertain")
LISTED = 1000
RESTORED = "on its way when the backup was taken: perhaps it arrived"

_MESSAGES = (
    select(Message, Conversation)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.author == "user")
)
_REPLIES = (
    select(OutboxItem, Message, Conversation)
    .join(Message, Message.id == OutboxItem.message_id)
    .join(Conversation, Conversation.id == OutboxItem.conversation_id)
)


def listed(session: Session) -> tuple[DeadLetter, ...]:
    """The dead letters, the oldest first, a thousand of each kind at most."""
    messages = _messages(session, Message.state == "dead")
    found = [*messages, *_replies(session, OutboxItem.state.in_(OVER))]
    return tuple(sorted(found, key=lambda letter: letter.since))


def letter(session: Session, name: str) -> DeadLetter | None:
    """One letter, also when it was dealt with; None when there is none of that name."""
    number = _number(name)
    if number is None:
        return None
    acts = select(DeadLetterAct).where(DeadLetterAct.letter == name).order_by(DeadLetterAct.id)
    done = tuple(DeadAct(act.what, act.by, act.at, act.why) for act in session.scalars(acts))
    found = (
        _messages(session, Message.id == number, done)
        if name[0] == "m"
        else _replies(session, OutboxItem.id == number, done)
    )
    return next((one for one in found if one.state in OVER or done), None)


def retry(session: Session, name: str, *, attempts: int, by: str, why: str, now: datetime) -> bool:
    """Put it back; False when it is not dead (any more). `attempts` counts those that were made:
    of a message, so that a single one is left; a reply's channel looks for its own copy first.
    """
    number = _number(name)
    if number is None:
        return False
    if name[0] == "m":
        put = (
            update(Message)
            .where(Message.id == number, Message.state == "dead")
            .values(state="new", attempts=attempts, outcome=None, done_at=None)
        )
    else:
        put = (
            update(OutboxItem)
            .where(OutboxItem.id == number, OutboxItem.state.in_(OVER))
            .values(state="due", not_before=now)
        )
    return _done(session, put, DeadLetterAct(letter=name, what="retried", by=by, at=now, why=why))


def drop(session: Session, name: str, *, by: str, why: str, now: datetime) -> bool:
    """Never do anything about it again; False when it is not dead (any more)."""
    number = _number(name)
    if number is None:
        return False
    kind = Message if name[0] == "m" else OutboxItem
    put = update(kind).where(kind.id == number, kind.state.in_(OVER)).values(state="dropped")
    return _done(session, put, DeadLetterAct(letter=name, what="dropped", by=by, at=now, why=why))


def _done(session: Session, put: Update, act: DeadLetterAct) -> bool:
    if changed(session, put, {}) != 1:
        return False
    add(session, act)
    return True


def _number(name: str) -> int | None:
    digits = name[1:]
    usable = name[:1] in ("m", "r") and digits.isascii() and digits.isdigit() and len(digits) < 19
    return int(digits) if usable else None


def _messages(
    session: Session, which: ColumnElement[bool], acts: tuple[DeadAct, ...] = ()
) -> list[DeadLetter]:
    return [
        DeadLetter(
            id=f"m{message.id}",
            kind="message",
            state=message.state,
            channel=talk.channel,
            thread=talk.thread,
            reason=message.reason,
            attempts=message.attempts,
            since=message.received_at,
            text=message.text,
            acts=acts,
        )
        for message, talk in session.execute(
            _MESSAGES.where(which).order_by(Message.id).limit(LISTED)
        )
    ]


def _replies(
    session: Session,
    which: ColumnElement[bool],
    acts: tuple[DeadAct, ...] = (),
) -> list[DeadLetter]:
    return [
        DeadLetter(
            id=f"r{item.id}",
            kind="reply",
            state=item.state,
            channel=talk.channel,
            thread=talk.thread,
            reason=item.error if item.state != "uncertain" else RESTORED,
            attempts=item.attempts,
            since=item.created_at,
            text=message.text,
            acts=acts,
        )
        for item, message, talk in session.execute(
            _REPLIES.where(which).order_by(OutboxItem.id).limit(LISTED)
        )
    ]
