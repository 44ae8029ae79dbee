"""A message over the limits is kept like any other, and dealt with at once: it gets no turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.model import Conversation, Message
from bot.store.turns import say
from bot.turn import Outcome, Reply
from bot.views import Accepted


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, and what is said about it under the key; nothing when the writer knows already."""

    why: str
    key: str
    reply: Reply | None


def refuse(session: Session, kept: Accepted, refusal: Refusal, now: datetime) -> bool:
    """Let the message that was just kept be; False for one known before, or written to a person,
    and for the press of what was offered there (`choice` is kept for no other)."""
    if not kept.new or kept.message_id is None:
        return False
    message = session.get_one(Message, kept.message_id)
    if (
        message.choice is not None
        or session.get_one(Conversation, message.conversation_id).holder != "bot"
    ):
        return False
    message.state, message.done_at = "done", now
    message.outcome, message.reason = Outcome.IGNORED.value, refusal.why
    if refusal.reply is not None:
        say(session, message, refusal.key, refusal.reply, None, now)
    return True
