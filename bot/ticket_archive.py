"""Tickets out of a desk and into another, whole: as plain records that a file can hold.

    exported(filters)    every ticket with its conversation, notes, events and links
    take(record)         a new ticket like it; None when its `external_id` is known here
    link(record)         once all are taken: what it is linked to, and merged into

A record names tickets by `external_id`: `DESK-NUMBER` for those opened here. What happened
before the import is kept as history in the event that opens the ticket here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.store import ticket_archive, ticket_keys, ticket_lists, tickets
from bot.store.database import Database
from bot.ticket_state import ACTIVE, TicketState, state_of
from bot.ticket_views import Filters, View

SOURCE = "import"
FORMAT = "firstline-ticket-1"
BATCH = 100
NOT_TOLD = ("conversation_id", "requester_id", "merged_into", "version")
"""What of a ticket's state means something in its own desk alone."""
VALUES = tuple(each.name for each in fields(TicketState) if each.name not in NOT_TOLD)


class TicketArchive:
    """Reads and writes whole tickets. `desk` is how this desk is called in external ids."""

    def __init__(
        self,
        database: Database,
        desk: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock

    def exported(self, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:  # noqa: B008
        """The tickets in the order of their numbers, some at a time; times are datetimes."""
        after = 0
        while found := self._database.browse(lambda s, a=after: self._batch(s, filters, a)):  # type: ignore[misc]
            yield from found
            after = found[-1]["number"]

    def known(self, external_id: str) -> int | None:
        """The number that the ticket has here; None when it never came here."""
        return self._database.browse(lambda s: self._number(s, external_id))

    def take(self, record: Mapping[str, Any]) -> int | None:
        """Its number here, when it is new. All of it or nothing is kept."""
        now = self._clock()

        def work(session: Session) -> int | None:
            if self._number(session, record["external_id"]) is not None:
                return None
            return self._take(session, record, now)

        return self._database.write(work)

    def link(self, record: Mapping[str, Any]) -> list[str]:
        """Link it as the record says; the external ids that are not known here."""
        now = self._clock()
        wanted = [(each["kind"], each["ticket"]) for each in record.get("links", ())]

        def work(session: Session) -> list[str]:
            number = self._number(session, record["external_id"])
            missing = []
            for kind, external in wanted:
                other = self._number(session, external)
                if other is None or number is None:
                    missing.append(external)
                    continue
                tickets.add_link(session, number, other, kind, SOURCE, now)
                if kind == "merged":
                    ticket_archive.merged(session, number, other)
            return missing

        return self._database.write(work)

    def external_id(self, session: Session, number: int) -> str:
        """How a ticket of this desk is called elsewhere."""
        return ticket_keys.key_of(session, SOURCE, number) or f"{self._desk}-{number}"

    def _number(self, session: Session, external_id: str) -> int | None:
        desk, _, number = external_id.rpartition("-")
        if desk == self._desk and number.isascii() and number.isdigit() and len(number) < 10:
            return ticket_archive.exists(session, int(number))
        found = ticket_keys.find(session, SOURCE, external_id)
        return found.ticket_id if found else None

    def _batch(self, session: Session, filters: Filters, after: int) -> list[dict[str, Any]]:
        now = self._clock()
        wanted = ticket_lists.wanted(View.ALL, "", None, filters, now)
        rows = ticket_archive.following(session, wanted, after, BATCH)
        return [self._record(session, each) for each in rows]

    def _record(self, session: Session, ticket: Any) -> dict[str, Any]:
        state = state_of(ticket)
        return {
            "format": FORMAT,
            "external_id": self.external_id(session, ticket.id),
            "number": ticket.id,
            **{name: getattr(state, name) for name in VALUES},
            **ticket_archive.place(session, ticket),
            "messages": ticket_archive.messages(session, ticket),
            "notes": ticket_archive.notes(session, ticket.id),
            "events": ticket_archive.events(session, ticket.id),
            "links": [
                {"kind": kind, "ticket": self.external_id(session, other)}
                for kind, other in ticket_archive.links(session, ticket.id)
            ],
        }

    def _take(self, session: Session, record: Mapping[str, Any], now: datetime) -> int:
        talk, requester = ticket_archive.settle(session, record, now)
        values = {name: record[name] for name in VALUES if name in record}
        state = TicketState(conversation_id=talk.id, requester_id=requester, **values)
        history = [{**each, "at": each["at"].isoformat()} for each in record.get("events", ())]
        more = {"history": history, "thread": record["thread"]}
        ticket = tickets.open_new(session, state, SOURCE, now, **more)
        ticket.active = ticket.status in ACTIVE
        ticket_archive.fill(session, ticket.id, talk, record, now)
        ticket_keys.keep(session, SOURCE, record["external_id"], "", ticket.id, now)
        return ticket.id


def short(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What an event tells, without the history that an import brought along."""
    return {name: value for name, value in detail.items() if name != "history"}
