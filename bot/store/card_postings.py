"""What is posted for a card, one thing after the other, and what became of each.

first(session, card, …)       the first thing that is due, counted as an attempt
done(session, posting, id)    it is there
failed(session, posting, …)   later, or never
heard(session, line)          an agent wrote it in the thread: it is there already
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.account_model import Account
from bot.card_model import CardLine, TicketCard
from bot.cards import Card, CardPosting, card_of
from bot.channel import Attachment
from bot.model import KeptAttachment, Message, Ticket, TicketEvent
from bot.model_tickets import Requester, TicketNote
from bot.store import cards
from bot.store.rows import add


def first(session: Session, card_id: int, site: str, now: datetime) -> CardPosting | None:
    """The card itself comes before its lines; None (and the card is free) when nothing is due."""
    card = session.get_one(TicketCard, card_id, with_for_update=True)
    if card.gone or card.not_before > now or (card.left and not card.external_id):
        card.due = card.due and card.not_before > now and not card.gone
        card.busy_until = None
        return None
    base = CardPosting("card", card.id, card.id, card.key, card.channel, card.place)
    if not card.external_id or card.shown < card.wanted:
        card.attempts += 1
        return replace(
            base,
            attempt=card.attempts,
            external_id=card.external_id,
            shows=_shown(session, card, site),
            version=card.wanted,
        )
    line = cards.next_line(session, card)
    if line is None:
        card.due, card.busy_until = False, None
        return None
    line.attempts += 1
    of_line = replace(
        base,
        id=line.id,
        key=line.key,
        card=card.external_id,
        attempt=line.attempts,
        external_id=line.external_id,
    )
    if line.state == "due":
        return replace(of_line, kind="line", **_said(session, line))
    return replace(of_line, kind="mark", mark=line.mark)


def done(session: Session, posting: CardPosting, external_id: str) -> None:
    """It is there, as it was when it was given out."""
    card = session.get_one(TicketCard, posting.card_id, with_for_update=True)
    if posting.kind == "card":
        card.external_id, card.shown, card.attempts = external_id, posting.version, 0
        return
    line = session.get_one(CardLine, posting.id)
    line.attempts = 0
    if posting.kind == "mark":
        line.marked = posting.mark
        return
    line.external_id, line.state, line.as_of = external_id, "sent", posting.as_of


def failed(
    session: Session, posting: CardPosting, error: str, later: datetime, never: bool
) -> None:
    """Tried again later; or never: then what comes after it goes on without it."""
    card = session.get_one(TicketCard, posting.card_id, with_for_update=True)
    if not never:
        card.not_before = later
    elif posting.kind == "card":
        card.gone = error
    else:
        line = session.get_one(CardLine, posting.id)
        line.error, line.marked = error, line.mark
        line.state = "dead" if posting.kind == "line" else line.state


def heard(session: Session, line: CardLine) -> None:
    """An agent wrote it in the thread; known by its key, however often it is heard."""
    if session.scalar(select(CardLine.id).where(CardLine.key == line.key)) is None:
        add(session, line)


def _shown(session: Session, card: TicketCard, site: str) -> Card:
    ticket = session.get_one(Ticket, card.ticket_id)
    moved = cards.card_of_ticket(session, ticket.id) if card.left else None
    requester = session.get(Requester, ticket.requester_id)
    name = (requester.name if requester else "") or ticket.requester
    return card_of(
        ticket,
        requester=name,
        assignee=_account(session, ticket.assignee or ""),
        site=site,
        moved_to=f"{ticket.queue}, tier {ticket.tier}" if moved else "",
    )


def _account(session: Session, id: str) -> str:
    found = session.get(Account, int(id)) if id.isdecimal() else None
    return found.name if found else id


def _said(session: Session, line: CardLine) -> dict[str, Any]:
    """Who says what in a line."""
    source = line.source_id or 0
    if line.what in ("note", "suggestion"):
        note = session.get_one(TicketNote, source)
        if line.what == "suggestion":
            return {"head": "💡 The bot would have said (nobody was told)", "text": note.text}
        return {"head": f"📝 {note.author_name or note.author} noted", "text": note.text}
    if line.what == "undelivered":
        why = session.get_one(TicketEvent, source).why
        return {"head": "⛔ A message did not reach the requester", "text": str(why)}
    message = session.get_one(Message, source)
    if line.what == "agent":
        head = f"↩️ {_account(session, message.sender)} to the requester"
        return {"head": head, "text": message.text, "attachments": _files(session, message)}
    name = message.sender_name or message.sender
    told: dict[str, Any] = {"as_of": message.deleted_at or message.edited_at}
    if message.deleted_at:
        return told | {"head": f"👤 {name} took this back", "text": "–"}
    changed = " (changed)" if message.edited_at else ""
    files = _files(session, message)
    return told | {"head": f"👤 {name}{changed}", "text": message.text, "attachments": files}


def _files(session: Session, message: Message) -> tuple[Attachment, ...]:
    """The files of a message, by name and address."""
    kept = select(KeptAttachment).where(KeptAttachment.message_id == message.id)
    found = session.scalars(kept.order_by(KeptAttachment.id)) if message.files else ()
    return tuple(_as_shown(each, message.text) for each in found)


def _as_shown(file: KeptAttachment, text: str) -> Attachment:
    """Some channels write a text file into the message: then it is not shown a second time."""
    written = file.content.decode("utf-8", "replace").strip()
    content = b"" if written in text else file.content
    return Attachment(file.name, file.media_type, content, file.url)
