"""What all parts of the console share: one ticket, locked, allowed, and of the expected version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.first_attempts import FirstAttempts
from bot.limits import Limits
from bot.model import Ticket, TicketEvent
from bot.opening import Opening
from bot.people import Act, Person
from bot.store import requesters, takeover, tickets
from bot.store.database import Database
from bot.ticket_acts import Acted, ConsoleWording, NoSuchTicket, StaleTicket, allow
from bot.ticket_state import QUIET, Change


class Door:
    """See `bot.console.Console`."""

    _database: Database
    _wording: ConsoleWording
    _opening: Opening
    _limits: Limits
    _name_of: Callable[[str], str]
    _clock: Callable[[], datetime]
    _new_key: Callable[[], str]
    _firsts: FirstAttempts

    def _act(
        self,
        person: Person,
        number: int,
        version: int | None,
        decide: Callable[[Session, Ticket], Change],
        *,
        holder: str = "",
    ) -> Acted:
        """One act: allowed, decided upon the version that was seen, and kept. `holder` has the
        ticket's conversations from now on."""
        now = self._clock()

        def work(session: Session) -> Acted:
            talks = takeover.talks_of(session, number) if holder else ()
            takeover.hold(session, talks, holder)
            ticket = self._ticket(session, person, Act.WORK, number, version)
            change = decide(session, ticket)
            if holder == "agent":
                takeover.withhold(session, ticket, talks, now)
            return self._record(session, ticket, change, person, now)

        return self._database.write(work)

    def _ticket(
        self, session: Session, person: Person, act: Act, number: int, version: int | None
    ) -> Ticket:
        ticket = session.get(Ticket, number, with_for_update=True)
        if ticket is None:
            raise NoSuchTicket(f"There is no ticket #{number}.")
        allow(person, act, number, ticket.tier, own=self._owns(session, person, ticket))
        self._as_seen(session, ticket, version)
        return ticket

    def _as_seen(self, session: Session, ticket: Ticket, version: int | None) -> None:
        """Raises StaleTicket when somebody acted since the ticket was looked at."""
        if version is not None and version != ticket.version:
            raise self._stale(session, ticket)

    def _owns(self, session: Session, person: Person, ticket: Ticket) -> bool:
        return requesters.find(session, requesters.ACCOUNT, person.id) == ticket.requester_id

    def _stale(self, session: Session, ticket: Ticket) -> StaleTicket:
        """Who was faster, and with what."""
        last = session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id == ticket.id, TicketEvent.what.not_in(QUIET))
            .order_by(TicketEvent.id.desc())
            .limit(1)
        ).one()
        name = str(last.detail.get("name") or last.actor)
        return StaleTicket(ticket.id, name, last.what.replace("_", " "), ticket.version)

    def _record(
        self, session: Session, ticket: Ticket, change: Change, person: Person, now: datetime
    ) -> Acted:
        event = tickets.record(session, ticket, change, person.id, now, person.name)
        return Acted(ticket.id, ticket.version, event, ticket.status, ticket.assignee)

    def _record_all(
        self,
        session: Session,
        changes: Sequence[tuple[Ticket, Change]],
        person: Person,
        now: datetime,
    ) -> Acted:
        """The same for an act on several tickets; tells of the first."""
        acted = [self._record(session, *each, person, now) for each in changes]
        return acted[0]
