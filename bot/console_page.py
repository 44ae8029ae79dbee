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
from bot.ticket_clock import Explained, explained
from bot.ticket_views import FileLine, PromiseClock, Stretch, TicketSign


class Page(Door):
    """For those who see a ticket's notes; all raise NoSuchTicket and Forbidden."""

    _team: Team

    def clocks(self, person: Person, number: int) -> tuple[PromiseClock, ...]:
        """What was promised of the ticket, in the order of their start; each with why it is due then."""
        self._database.browse(lambda s: self._inside(s, person, number))
        found = explained(self._database, self._team, number, self._clock())
        return _told(found) if found else ()

    def files(self, person: Person, number: int) -> tuple[FileLine, ...]:
        """The files of its conversation, in order."""

        def work(session: Session) -> tuple[FileLine, ...]:
            self._inside(session, person, number)
            return ticket_files.listed(session, number)

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
