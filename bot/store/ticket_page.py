"""One ticket as one page."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.model import Conversation, Message, Ticket
from bot.model_tickets import TicketLink, TicketNote, TicketTalk
from bot.store import history, requesters, ticket_lists
from bot.ticket_views import Evidence, Identity, Linked, Note, TicketWhole
from bot.views import Line

EARLIER = 20
"""Other tickets of the requester that are shown."""


def whole(session: Session, ticket: Ticket, *, inside: bool) -> TicketWhole:
    """The ticket with all that belongs to it; what is said among agents only when `inside`."""
    talks = session.scalars(select(TicketTalk).where(TicketTalk.ticket_id == ticket.id)).all()
    holder = session.get_one(Conversation, ticket.conversation_id).holder
    (line,) = ticket_lists.lines(session, [ticket])
    shown = TicketWhole(
        ticket=line,
        summary=ticket.summary if inside else "",
        reason=ticket.reason if inside else "",
        holder=holder,
        lines=_lines(session, ticket.id, talks),
        solved_at=ticket.solved_at,
        closed_at=ticket.closed_at,
        merged_into=ticket.merged_into,
    )
    return _inside(session, ticket, talks, shown) if inside else shown


def _inside(
    session: Session, ticket: Ticket, talks: Sequence[TicketTalk], shown: TicketWhole
) -> TicketWhole:
    events = ticket_lists.events(session, ticket.id)
    others = ticket_lists.of_requester(session, ticket.requester_id, EARLIER + 1)
    return TicketWhole(
        ticket=shown.ticket,
        summary=ticket.summary,
        reason=ticket.reason,
        holder=shown.holder,
        lines=shown.lines,
        fields=dict(ticket.fields),
        followers=tuple(ticket.followers),
        solved_at=ticket.solved_at,
        closed_at=ticket.closed_at,
        merged_into=ticket.merged_into,
        notes=_notes(session, ticket.id),
        events=events,
        links=_links(session, ticket.id),
        history=tuple(each for each in others if each.id != ticket.id)[:EARLIER],
        identities=tuple(
            Identity(each.channel, each.sender, each.linked_by)
            for each in requesters.identities(session, ticket.requester_id)
        ),
        evidence=_evidence(session, talks),
        last_event=events[-1].id if events else 0,
    )


def _lines(session: Session, number: int, talks: Sequence[TicketTalk]) -> tuple[Line, ...]:
    """What was said in its conversations, in the order in which it was kept."""
    found: list[Line] = []
    for talk in talks:
        said = history.transcript(session, talk.conversation_id)
        if talk.only_some:
            own = select(Message.id).where(Message.ticket_id == number)
            ids = set(session.scalars(own))
            said = tuple(line for line in said if line.id in ids)
        found += said
    return tuple(sorted(found, key=lambda line: line.id))


def _notes(session: Session, number: int) -> tuple[Note, ...]:
    """Its notes, and those of all that was merged into it."""
    whole, gone = {number}, {number}
    while gone:
        inward = select(Ticket.id).where(Ticket.merged_into.in_(gone))
        gone = set(session.scalars(inward)) - whole
        whole |= gone
    found = select(TicketNote).where(TicketNote.ticket_id.in_(whole)).order_by(TicketNote.id)
    return tuple(
        Note(each.id, each.kind, each.author, each.author_name, each.text, each.at)
        for each in session.scalars(found)
    )


def _links(session: Session, number: int) -> tuple[Linked, ...]:
    rows = session.scalars(
        select(TicketLink)
        .where(or_(TicketLink.ticket_id == number, TicketLink.other_id == number))
        .order_by(TicketLink.id)
    ).all()
    others = [row.other_id if row.ticket_id == number else row.ticket_id for row in rows]
    lines = {line.id: line for line in ticket_lists.numbered(session, others)}
    return tuple(
        Linked(row.kind, lines[other], row.ticket_id == number)
        for row, other in zip(rows, others, strict=True)
    )


def _evidence(session: Session, talks: Sequence[TicketTalk]) -> tuple[Evidence, ...]:
    """What the bot answered from, oldest first."""
    here = [talk.conversation_id for talk in talks if not talk.only_some]
    found = session.scalars(
        select(Message)
        .where(Message.conversation_id.in_(here), Message.author == "bot")
        .where(Message.sort == "answer")
        .order_by(Message.id)
    )
    return tuple(
        Evidence(
            message.id,
            str(kept.get("question", "")),
            float(kept.get("confidence", 0)),
            tuple(map(str, kept.get("articles", ()))),
            tuple((str(id), float(score)) for id, score in kept.get("passages", ())),
        )
        for message in found
        if (kept := message.evidence)
    )
