"""Who a requester is: one person on many channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.console_door import Door
from bot.limits import identity
from bot.model import Ticket
from bot.model_tickets import Requester
from bot.people import Act, Person
from bot.store import requesters, tickets
from bot.ticket_acts import Acted
from bot.ticket_state import Change
from bot.ticket_values import ActRefused
from bot.ticket_views import Identity


class People(Door):
    """Identities are joined because an agent says so, or because of the same verified address."""

    def identities(self, person: Person, number: int) -> tuple[Identity, ...]:
        """All that the requester of a ticket is known as."""

        def work(session: Session) -> tuple[Identity, ...]:
            ticket = self._ticket(session, person, Act.SEE_NOTES, number, None)
            found = requesters.identities(session, ticket.requester_id)
            return tuple(Identity(each.channel, each.sender, each.linked_by) for each in found)

        return self._database.browse(work)

    def link_identity(self, person: Person, number: int, channel: str, sender: str) -> Acted:
        """The requester of the ticket is that sender too: their tickets become one person's."""
        if not channel or not sender:
            raise ActRefused("Give the channel, and the person's id on it.")
        now, who = self._clock(), identity(sender)

        def work(session: Session) -> Acted:
            ticket = self._ticket(session, person, Act.WORK, number, None)
            into = ticket.requester_id
            moved = requesters.link(session, into, channel, who, person.id, now)
            _moved(session, moved, into, person.id, now)
            more = {"channel": channel, "sender": who}
            return self._record(session, ticket, Change("identified", more=more), person, now)

        return self._database.write(work)

    def verified(self, channel: str, sender: str, email: str) -> int:
        """The sender showed that the address is theirs (signed in with it, say); gives their
        requester. For channels: whoever else showed the same address is the same person.
        """
        address = email.strip().casefold()
        if "@" not in address or len(address) > 255:
            raise ActRefused("That is no e-mail address.")
        now, who = self._clock(), identity(sender)

        def work(session: Session) -> int:
            moved = requesters.verified(session, channel, who, address, now)
            into = requesters.known(session, channel, who, now)
            _moved(session, moved, into, "bot", now)
            return into

        return self._database.write(work)

    def name_requester(self, person: Person, number: int, name: str) -> Acted:
        """How the requester of the ticket is called."""
        called = " ".join(name.split())[:255]
        if not called:
            raise ActRefused("Give a name.")
        now = self._clock()

        def work(session: Session) -> Acted:
            ticket = self._ticket(session, person, Act.WORK, number, None)
            session.get_one(Requester, ticket.requester_id).name = called
            return self._record(
                session, ticket, Change("named", more={"called": called}), person, now
            )

        return self._database.write(work)


def _moved(session: Session, numbers: Sequence[int], into: int, actor: str, now: datetime) -> None:
    for number in sorted(numbers):
        change = Change("requester_joined", new={"requester_id": into})
        tickets.record(session, session.get_one(Ticket, number), change, actor, now)
