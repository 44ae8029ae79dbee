"""The rows of cards: who follows tickets, what is due in a card's thread, and what became of it.

follow(session, …)     events and messages since the last time: cards and lines that are due
free(session, …)       cards with something due, taken for a while
next_of(session, …)    the first thing that is due with a card
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot.card_model import CardLine, CardMark, TicketCard
from bot.cards import Triage, triage_of
from bot.model import Conversation, Message, OutboxItem, Ticket, TicketEvent
from bot.model_tickets import TicketNote, TicketTalk
from bot.store import ticket_lists
from bot.store.rows import add, changed, table
from bot.ticket_state import ACTIVE
from bot.views import TicketChange

AT_ONCE = 200
LOOKED_AT_AGAIN = 200
"""Messages before the mark: those of other workers may be committed out of order, or wait for
their turn."""
WATCHED = 300
"""The last so many mirrored messages are looked at for edits and deletions."""
SAID = ("done", "dead")
OF_EVENTS = {"noted": "note", "suggested": "suggestion"}
WRITTEN = {"replied": "agent", "requester_wrote": "requester", "reopened": "requester"}
NewKey = Callable[[], str]


def news(session: Session, mark: CardMark | None) -> bool:
    """Whether there may be something to follow: read often, without a lock."""
    if mark is None or ticket_lists.last_event(session) > mark.event:
        return True
    return bool(_unseen(session, mark, 1) or _changed_later(session, 1) or _landed(session, 1))


def mark(session: Session) -> CardMark | None:
    """How far it was followed."""
    return session.scalars(select(CardMark).order_by(CardMark.id).limit(1)).first()


def follow(session: Session, triages: Sequence[Triage], new_key: NewKey, now: datetime) -> int:
    """Go on from the mark; how much there was to do."""
    first = select(CardMark).order_by(CardMark.id).limit(1)
    at = session.scalars(first.with_for_update()).first()
    if at is None:  # what was before is not brought in: it would flood the channels
        last = session.scalar(select(func.max(Message.id))) or 0
        return add(session, CardMark(event=ticket_lists.last_event(session), message=last))
    events = ticket_lists.events_after(session, at.event, AT_ONCE)
    for event in events:
        of = _card(session, event, triages, new_key, now)
        if of is not None:
            _of_event(session, of, event, new_key)
        at.event = event.id
    found = _unseen(session, at, AT_ONCE)
    for message in found:
        _line(session, _card_of_talk(session, message), "requester", message.id, new_key)
        at.message = max(at.message, message.id)
    again = _changed_later(session, AT_ONCE)
    for line in again:
        line.state = "due"
        _wake(session, line.card_id)
    landed = _landed(session, AT_ONCE)
    for line, item in landed:
        line.mark = "delivered" if item.state == "sent" else "failed"
        line.error = item.error
        _wake(session, line.card_id)
    return len(events) + len(found) + len(again) + len(landed)


def _of_event(session: Session, card: TicketCard, event: TicketChange, new_key: NewKey) -> None:
    """The line that an event puts into the card's thread."""
    told = event.detail
    if event.what in OF_EVENTS:
        _line(session, card, OF_EVENTS[event.what], int(told.get("note", 0)), new_key)
    elif event.what in WRITTEN and told.get("message"):
        _line(session, card, WRITTEN[event.what], int(told["message"]), new_key)
    elif event.what == "undelivered":
        _line(session, card, event.what, event.id, new_key)


def _card(
    session: Session,
    event: TicketChange,
    triages: Sequence[Triage],
    new_key: NewKey,
    now: datetime,
) -> TicketCard | None:
    """The ticket's card where it belongs now, to be shown anew; None where there is no place for it."""
    number = event.ticket
    ticket = session.get_one(Ticket, number)
    known = card_of_ticket(session, number)
    place = triage_of(ticket.queue, ticket.tier, triages)
    if known is not None:
        known.wanted, known.due = event.id, True
        if place is None or (known.channel, known.place) == (place.channel, place.thread):
            return known
        known.left = True
    if place is None or (known is None and ticket.status not in ACTIVE):
        return None
    card = TicketCard(
        ticket_id=number,
        channel=place.channel,
        place=place.thread,
        key=new_key(),
        wanted=event.id,
        after_message=known.after_message if known else _summed_up(session, ticket, event),
        not_before=now,
    )
    session.add(card)
    session.flush()
    return card


def _summed_up(session: Session, ticket: Ticket, event: TicketChange) -> int:
    """The last message that a new card's summary tells of: what was answered when the ticket was
    opened; for an older ticket, what was said before the event that brings it in."""
    said = select(func.max(Message.id)).where(
        Message.conversation_id == ticket.conversation_id, Message.author == "user"
    )
    if event.what == "opened":
        return session.scalar(said.where(Message.done_at <= ticket.opened_at)) or 0
    upto = session.scalar(said.where(Message.state.in_(SAID))) or 0
    return min(upto, int(event.detail.get("message", upto + 1)) - 1)


def _line(
    session: Session, card: TicketCard | None, what: str, source: int, new_key: NewKey
) -> None:
    """Something to be shown in the card's thread; once, and not what an agent wrote right there."""
    if card is None or not source:
        return
    if what == "requester" and source <= card.after_message:
        return
    key = _key_of(session, what, source)
    same = or_(
        (CardLine.what == what) & (CardLine.source_id == source),
        CardLine.key == key,
    )
    there = session.scalars(select(CardLine).where(same)).first()
    if there is not None:
        there.source_id = there.source_id or source
        return
    session.add(CardLine(card_id=card.id, what=what, key=new_key(), source_id=source))
    _wake(session, card.id)


def _key_of(session: Session, what: str, source: int) -> str:
    """The key under which an agent wrote it, where they did."""
    if what in ("note", "suggestion"):
        return session.get_one(TicketNote, source).key or ""
    return session.get_one(Message, source).external_id if what == "agent" else ""


def _wake(session: Session, card: int) -> None:
    cards = table(TicketCard)
    session.execute(update(cards).where(cards.c.id == card).values(due=True))


def _unseen(session: Session, at: CardMark, limit: int) -> Sequence[Message]:
    """What was said in conversations that have a card, and is no line yet. While people have the
    conversation, it need not have had its turn."""
    with_card = (
        select(TicketCard.id)
        .join(TicketTalk, TicketTalk.ticket_id == TicketCard.ticket_id)
        .join(Ticket, Ticket.id == TicketTalk.ticket_id)
        .where(
            TicketTalk.conversation_id == Message.conversation_id,
            TicketCard.after_message < Message.id,
            TicketCard.left.is_(False),
            TicketTalk.only_some.is_(False),
            Ticket.active,
        )
    )
    shown = select(CardLine.id).where(
        CardLine.what == "requester", CardLine.source_id == Message.id
    )
    with_people = select(Conversation.id).where(
        Conversation.id == Message.conversation_id, Conversation.holder == "agent"
    )
    wanted = select(Message).where(
        Message.id > at.message - LOOKED_AT_AGAIN,
        Message.author == "user",
        or_(Message.state.in_(SAID), with_people.exists()),
        with_card.exists(),
        ~shown.exists(),
    )
    return session.scalars(wanted.order_by(Message.id).limit(limit)).all()


def _changed_later(session: Session, limit: int) -> Sequence[CardLine]:
    """Lines that show what their writers changed or took back since."""
    last = select(func.max(CardLine.id)).scalar_subquery()
    later = func.coalesce(Message.deleted_at, Message.edited_at)
    wanted = (
        select(CardLine)
        .join(Message, Message.id == CardLine.source_id)
        .where(CardLine.id > last - WATCHED, CardLine.what == "requester", CardLine.state == "sent")
        .where(later.is_not(None), or_(CardLine.as_of.is_(None), CardLine.as_of < later))
    )
    return session.scalars(wanted.limit(limit)).all()


def _landed(session: Session, limit: int) -> Sequence[tuple[CardLine, OutboxItem]]:
    """Replies of which it is known since whether they arrived."""
    wanted = (
        select(CardLine, OutboxItem)
        .join(OutboxItem, OutboxItem.message_id == CardLine.source_id)
        .where(CardLine.what == "agent", CardLine.mark == "")
        .where(OutboxItem.state.in_(("sent", "dead")))
    )
    return [(line, item) for line, item in session.execute(wanted.limit(limit))]


def _card_of_talk(session: Session, message: Message) -> TicketCard | None:
    """The card of the ticket that a message belongs to: the last one that is worked on."""
    found = (
        select(TicketCard)
        .join(TicketTalk, TicketTalk.ticket_id == TicketCard.ticket_id)
        .join(Ticket, Ticket.id == TicketCard.ticket_id)
        .where(TicketTalk.conversation_id == message.conversation_id)
        .where(TicketTalk.only_some.is_(False), TicketCard.left.is_(False))
        .order_by(Ticket.active.desc(), Ticket.id.desc())
    )
    return session.scalars(found.limit(1)).first()


def card_of_ticket(session: Session, number: int) -> TicketCard | None:
    """The card of a ticket that was not left."""
    wanted = select(TicketCard).where(TicketCard.ticket_id == number, TicketCard.left.is_(False))
    return session.scalars(wanted.order_by(TicketCard.id.desc()).limit(1)).first()


def card_at(session: Session, channel: str, external_id: str) -> TicketCard | None:
    """The card that is this message of the platform."""
    there = (TicketCard.channel == channel, TicketCard.external_id == external_id)
    return session.scalars(select(TicketCard).where(*there).limit(1)).first()


def whose(session: Session, channel: str, external_id: str) -> tuple[int, int] | None:
    """The card that is this message, and its ticket."""
    card = card_at(session, channel, external_id)
    return None if card is None else (card.id, card.ticket_id)


def free(session: Session, channel: str, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Cards with something due that nobody posts at; they are the caller's until the lease ends."""
    idle = or_(TicketCard.busy_until.is_(None), TicketCard.busy_until < now)
    due = (TicketCard.channel == channel, TicketCard.due, TicketCard.not_before <= now, idle)
    taken = []
    for card in session.scalars(
        select(TicketCard.id).where(*due).order_by(TicketCard.id).limit(limit)
    ):
        cards = table(TicketCard)
        mine = (
            update(cards)
            .where(cards.c.id == card, or_(cards.c.busy_until.is_(None), cards.c.busy_until < now))
            .values(busy_until=now + lease)
        )
        if changed(session, mine, {}):
            taken.append(card)
    return taken


def some_due(session: Session, channel: str, now: datetime) -> bool:
    """Whether there is something to post: read often."""
    idle = or_(TicketCard.busy_until.is_(None), TicketCard.busy_until < now)
    due = (TicketCard.channel == channel, TicketCard.due, TicketCard.not_before <= now, idle)
    return session.scalar(select(TicketCard.id).where(*due).limit(1)) is not None


def next_line(session: Session, card: TicketCard) -> CardLine | None:
    """The first line of a card that is to be posted, changed or marked."""
    to_mark = (CardLine.mark != CardLine.marked) & (CardLine.state == "sent")
    open_ones = or_(CardLine.state == "due", to_mark)
    wanted = select(CardLine).where(CardLine.card_id == card.id, open_ones)
    return session.scalars(wanted.order_by(CardLine.id).limit(1)).first()


def last_event_of(session: Session, number: int) -> int:
    """The number of the last event of a ticket."""
    found = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == number)
    return session.scalar(found) or 0
