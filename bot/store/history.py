"""What was said and what became of it, for those who look: pages, the trace, health."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.model import Conversation, EarlierText, Feedback, Message, OutboxItem, Ticket
from bot.store import flows, outbox, ticket_lists, tickets
from bot.tickets import OVER
from bot.views import Delivery, Line, Queue, Stats, TicketPage, Trace


def transcript(
    session: Session, conversation_id: int, after: int = 0, sender: str = ""
) -> tuple[Line, ...]:
    """The lines after the line `after`, in order; `rated` is what `sender` said of each."""
    rows = session.execute(
        select(Message, OutboxItem.state, Feedback.helpful)
        .outerjoin(OutboxItem, OutboxItem.message_id == Message.id)
        .outerjoin(Feedback, (Feedback.message_id == Message.id) & (Feedback.sender == sender))
        .where(Message.conversation_id == conversation_id, Message.id > after)
        .where(Message.state != "withheld")
        .order_by(Message.id)
    )
    found = [(message, state, helpful) for message, state, helpful in rows]
    earlier = _earlier(session, [message.id for message, _, _ in found if message.edited_at])
    return tuple(_line(m, state, helpful, earlier.get(m.id, ())) for m, state, helpful in found)


def _earlier(session: Session, edited: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What the edited messages said before, oldest first."""
    if not edited:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    wanted = select(EarlierText).where(EarlierText.message_id.in_(edited))
    for kept in session.scalars(wanted.order_by(EarlierText.id)):
        found[kept.message_id] = (*found.get(kept.message_id, ()), kept.text)
    return found


def waiting(session: Session, conversation_id: int) -> bool:
    """Whether something there is not handled or not sent yet."""
    new = select(Message.id).where(
        Message.state == "new", Message.conversation_id == conversation_id
    )
    due = select(OutboxItem.id).where(
        OutboxItem.state == "due", OutboxItem.conversation_id == conversation_id
    )
    return bool(session.scalar(select(new.exists() | due.exists())))


def trace(session: Session, message_id: int) -> Trace | None:
    """The way of a user's message."""
    message = session.get(Message, message_id)
    if message is None or message.author != "user":
        return None
    replies = session.execute(
        select(Message, OutboxItem)
        .join(OutboxItem, OutboxItem.message_id == Message.id)
        .where(
            Message.conversation_id == message.conversation_id, Message.in_reply_to == message.id
        )
        .order_by(Message.id)
    ).all()
    return _trace(
        message,
        session.get_one(Conversation, message.conversation_id),
        [(reply, item) for reply, item in replies],
        tickets.open_ticket_of(session, message.conversation_id),
    )


def ticket_page(session: Session, number: int) -> TicketPage | None:
    """A ticket with its conversation; None when there is none of that number."""
    ticket = session.get(Ticket, number)
    if ticket is None:
        return None
    return TicketPage(
        ticket=ticket_lists.lines(session, [ticket])[0],
        summary=ticket.summary,
        events=ticket_lists.events(session, ticket.id),
        transcript=transcript(session, ticket.conversation_id),
    )


def asked_by(session: Session, channel: str, key: str) -> int | None:
    """The user's message that what was said under the key is a reply to."""
    said = (Message.channel == channel, Message.external_id == key, Message.author == "bot")
    return session.scalar(select(Message.in_reply_to).where(*said))


def stats(session: Session, now: datetime) -> Stats:
    """Depths and ages of the queues."""

    def queue(
        kind: type[Message | OutboxItem], state: str, since: InstrumentedAttribute[datetime]
    ) -> tuple[int, float]:
        found = select(func.count(), func.min(since)).where(kind.state == state)
        count, oldest = session.execute(found).one()
        return count, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0

    inbox, inbox_oldest = queue(Message, "new", Message.received_at)
    outgoing, outgoing_oldest = queue(OutboxItem, "due", OutboxItem.created_at)
    open_tickets = select(func.count()).select_from(Ticket).where(Ticket.status.not_in(OVER))
    return Stats(
        inbox=inbox,
        inbox_oldest=inbox_oldest,
        inbox_dead=queue(Message, "dead", Message.received_at)[0],
        outbox=outgoing,
        outbox_oldest=outgoing_oldest,
        outbox_dead=queue(OutboxItem, "dead", OutboxItem.created_at)[0],
        queues=tuple(_queues(session, now)),
        flow_timers=flows.overdue(session, now),
        outbox_uncertain=queue(OutboxItem, "uncertain", OutboxItem.created_at)[0],
        tickets_open=session.scalar(open_tickets) or 0,
    )


def _queues(session: Session, now: datetime) -> Iterator[Queue]:
    """What waits on each channel, where something does."""
    inbox = select(
        Conversation.channel, func.count(), func.min(Message.received_at), literal("inbox")
    ).join_from(Message, Conversation, Conversation.id == Message.conversation_id)
    due = select(
        Conversation.channel, func.count(), func.min(OutboxItem.created_at), literal("outbox")
    ).join_from(OutboxItem, Conversation, Conversation.id == OutboxItem.conversation_id)
    both = (inbox.where(Message.state == "new"), due.where(OutboxItem.state == "due"))
    for wanted in both:
        for channel, count, oldest, name in session.execute(wanted.group_by(Conversation.channel)):
            yield Queue(name, channel, count, max(0.0, (now - oldest).total_seconds()))


def answered_from(session: Session, answers: int) -> list[str]:
    """Ids of the articles that the last so many answers were given from, the most used first."""
    evidence = session.scalars(
        select(Message.evidence)
        .where(Message.sort == "answer", Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(answers)
    )
    used = Counter(each["articles"][0] for each in evidence if each and each.get("articles"))
    return [article for article, _ in used.most_common()]


def _line(
    message: Message, delivery: str | None, helpful: bool | None, earlier: tuple[str, ...]
) -> Line:
    return Line(
        id=message.id,
        author=message.author,
        name=message.sender_name,
        text=message.text,
        at=message.sent_at,
        state=delivery or message.state,
        sort=message.sort,
        choices=outbox.choices(message),
        sources=outbox.sources(message),
        rateable=message.rateable,
        key="" if message.author == "user" else message.external_id,
        rated=helpful,
        earlier=earlier,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
    )


def _trace(
    message: Message,
    conversation: Conversation,
    replies: Sequence[tuple[Message, OutboxItem]],
    ticket: Ticket | None,
) -> Trace:
    return Trace(
        message_id=message.id,
        channel=conversation.channel,
        thread=conversation.thread,
        external_id=message.external_id,
        sent_at=message.sent_at,
        received_at=message.received_at,
        taken_at=message.taken_at,
        done_at=message.done_at,
        state=message.state,
        attempts=message.attempts,
        outcome=message.outcome,
        reason=message.reason,
        left_out=message.left_out,
        deliveries=tuple(_delivery(reply, item) for reply, item in replies),
        evidence=tuple(reply.evidence for reply, _ in replies if reply.evidence),
        ticket=ticket.id if ticket else None,
    )


def _delivery(reply: Message, item: OutboxItem) -> Delivery:
    return Delivery(
        key=item.key,
        sort=reply.sort,
        state=item.state,
        attempts=item.attempts,
        created_at=item.created_at,
        sent_at=item.sent_at,
        external_id=item.external_id,
        error=item.error,
    )
