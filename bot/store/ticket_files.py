"""Files of a ticket's conversation, and the signs by which its page sees that it has to change."""

from __future__ import annotations

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from bot.channel import Attachment
from bot.model import KeptAttachment, Message, OutboxItem, Ticket, TicketEvent
from bot.model_tickets import TicketTalk
from bot.ticket_views import FileLine, TicketSign


def listed(session: Session, number: int) -> tuple[FileLine, ...]:
    """The files of what was said, in order."""
    size = func.length(KeptAttachment.content)
    found = session.execute(
        select(
            KeptAttachment.id,
            KeptAttachment.message_id,
            KeptAttachment.name,
            KeptAttachment.media_type,
            size,
        )
        .join(Message, Message.id == KeptAttachment.message_id)
        .where(_of_ticket(number), Message.files > 0, Message.state != "withheld")
        .order_by(KeptAttachment.id)
    )
    return tuple(FileLine(*row) for row in found)


def one(session: Session, number: int, id: int) -> Attachment | None:
    """A file of the ticket with its content; None for one of another ticket."""
    found = session.scalar(
        select(KeptAttachment)
        .join(Message, Message.id == KeptAttachment.message_id)
        .where(KeptAttachment.id == id, _of_ticket(number), Message.state != "withheld")
    )
    if found is None:
        return None
    return Attachment(found.name, found.media_type, found.content, found.url)


def sign(session: Session, number: int) -> TicketSign | None:
    """What changes when a page of the ticket has to: one statement, for it is asked often."""
    event = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == number)
    columns = (func.max(Message.id), func.max(Message.edited_at), func.max(Message.deleted_at))
    said = select(*columns).where(_of_ticket(number)).subquery()
    on_way = (
        select(func.count())
        .select_from(OutboxItem)
        .join(TicketTalk, TicketTalk.conversation_id == OutboxItem.conversation_id)
        .where(TicketTalk.ticket_id == number, OutboxItem.state == "due")
    )
    asked = select(Ticket.version, event.scalar_subquery(), said, on_way.scalar_subquery())
    found = session.execute(
        asked.select_from(Ticket).join(said, true()).where(Ticket.id == number)
    ).first()
    if found is None:
        return None
    version, last_event, last, edited, deleted, due = found
    changed = max((at for at in (edited, deleted) if at), default=None)
    return TicketSign(version, last_event or 0, last or 0, changed, due)


def _of_ticket(number: int) -> ColumnElement[bool]:
    """Messages of its conversations; of those that it shares only a part of, its own."""
    talks = select(TicketTalk.conversation_id).where(TicketTalk.ticket_id == number)
    whole = talks.where(TicketTalk.only_some.is_(False))
    some = talks.where(TicketTalk.only_some.is_(True))
    return or_(
        Message.conversation_id.in_(whole),
        Message.conversation_id.in_(some) & (Message.ticket_id == number),
    )
