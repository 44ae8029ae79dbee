"""What a page of one ticket shows beside the ticket: clocks, files, and whether it is still true."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.channel import Attachment
from bot.console_door import Door
from bot.model import Ticket
from bot.people import Act, Person, may
from bot.store import ticket_files
from bot.team import Team
from bot.ticket_acts import Forbidden, NoSuchTicket, allow
from bot.ticket_clock import Explained, explained_in
from bot.ticket_views import Beside, PromiseClock, Stretch, TicketSign


class Page(Door):
    """For those who see a ticket's notes; all raise NoSuchTicket and Forbidden."""

    _team: Team

    def beside(self, person: Person, number: int) -> Beside:
        """What was promised of it, the files of its conversation, and its sign."""
        now = self._clock()

        def work(session: Session) -> Beside:
            self._inside(session, person, number)
            found = explained_in(session, self._team, number, now)
            clocks = _told(found) if found else ()
            sign = ticket_files.sign(session, number)
            return Beside(clocks, ticket_files.listed(session, number), sign)

        return self._database.browse(work)

    def file(self, person: Person, number: int, id: int) -> Attachment:
        """One of them, whole. Raises NoSuchTicket also when it is not of this ticket."""

        def work(session: Session) -> Attachment:
            self._inside(session, person, number)
            found = ticket_files.one(session, number, id)
            if found is None:
                raise NoSuchTicket(f"Ticket #{number} has no such file.")
            return found

        return self._database.browse(work)

    def sign(self, number: int) -> TicketSign | None:
        """What changes when a page of the ticket has to; None when there is no such ticket."""
        return self._database.browse(lambda s: ticket_files.sign(s, number))

    def _inside(self, session: Session, person: Person, number: int) -> Ticket:
        ticket = session.get(Ticket, number)
        if ticket is None:
            raise NoSuchTicket(f"There is no ticket #{number}.")
        own = self._owns(session, person, ticket)
        allow(person, Act.SEE_TICKET, number, ticket.tier, own=own)
        if not may(person, Act.SEE_NOTES, tier=ticket.tier, own=own):
            raise Forbidden("Only agents, leads and admins see this.")
        return ticket


def _told(found: Explained) -> tuple[PromiseClock, ...]:
    return tuple(
        PromiseClock(
            clock.name.value,
            found.policy,
            clock.promised,
            clock.started,
            clock.due,
            clock.met_at,
            clock.counted,
            clock.paused,
            clock.breached,
            tuple(Stretch(each.start, each.end, each.why, each.total) for each in book),
        )
        for clock, book in found.clocks
    )
