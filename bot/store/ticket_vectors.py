"""What tickets are about, as vectors: which are to be made, and those that are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.inbox_model import TicketVector
from bot.model import Ticket
from bot.store.rows import add, changed, table

_VECTORS = table(TicketVector)


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket whose vector is to be made."""

    row: int
    number: int
    subject: str
    summary: str


def expect(session: Session, number: int) -> None:
    """The ticket says something else now: its vector is to be made (again)."""
    session.execute(delete(_VECTORS).where(_VECTORS.c.ticket_id == number))
    add(session, TicketVector(ticket_id=number))


def expect_all_but(session: Session, embedder: str) -> int:
    """Those of all other embedders are to be made again; how many there were."""
    others = _VECTORS.c.embedder.not_in(["", embedder])
    return changed(session, update(_VECTORS).where(others).values(embedder="", vector=b""), {})


def expected(session: Session, limit: int) -> list[Told]:
    """Tickets whose vectors are to be made, the newest first."""
    wanted = (
        select(TicketVector.id, Ticket.id, Ticket.subject, Ticket.summary)
        .join(Ticket, Ticket.id == TicketVector.ticket_id)
        .where(TicketVector.embedder == "")
    )
    rows = session.execute(wanted.order_by(TicketVector.id.desc()).limit(limit))
    return [Told(*row) for row in rows]


def keep(session: Session, made: Sequence[tuple[Told, bytes]], embedder: str) -> list[Told]:
    """Keep them, each as a new row, so that other processes find it behind those they know.

    Gives those that were kept: not what says something else by now.
    """
    kept = []
    for told, vector in made:
        ticket = session.get(Ticket, told.number)
        if ticket is None or (ticket.subject, ticket.summary) != (told.subject, told.summary):
            continue
        mine = delete(_VECTORS).where(_VECTORS.c.id == told.row, _VECTORS.c.embedder == "")
        if changed(session, mine, {}):
            row = TicketVector(ticket_id=told.number, embedder=embedder, vector=vector)
            add(session, row)
            kept.append(told)
    return kept


def made_after(
    session: Session, embedder: str, last: int, limit: int
) -> list[tuple[int, int, bytes]]:
    """Row, ticket and vector of those that were made since the row `last`, in order."""
    wanted = select(TicketVector.id, TicketVector.ticket_id, TicketVector.vector).where(
        TicketVector.embedder == embedder, TicketVector.id > last
    )
    rows = session.execute(wanted.order_by(TicketVector.id).limit(limit))
    return [(row.id, row.ticket_id, row.vector) for row in rows]


def solved(session: Session, numbers: Collection[int]) -> set[int]:
    """Those of the tickets that are over, and not because they went on in another one."""
    wanted = select(Ticket.id).where(
        Ticket.id.in_(numbers), Ticket.active.is_(False), Ticket.merged_into.is_(None)
    )
    return set(session.scalars(wanted))
