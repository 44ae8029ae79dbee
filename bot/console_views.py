"""What agents look at. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.console_door import Door
from bot.model import Ticket
from bot.people import EVERYWHERE, Act, Person, may
from bot.store import full_text, requesters, ticket_lists, ticket_page
from bot.ticket_acts import Forbidden, NoSuchTicket, allow
from bot.ticket_values import ActRefused
from bot.ticket_views import Filters, InboxPage, Sort, TicketWhole, View
from bot.views import TicketChange, TicketLine

ALL = Filters()
LONGEST_PAGE = 200
FOUND = 500
NUMBER = 10
"""Digits that no ticket's number has."""


class Views(Door):
    """Lists are for those who may see notes: agents, leads and admins. All else is Forbidden."""

    def inbox(
        self,
        person: Person,
        view: View = View.ALL,
        filters: Filters = ALL,
        *,
        sort: Sort | None = None,
        after: str = "",
        limit: int = 50,
    ) -> InboxPage:
        """A page of a list; `after` is the `next` of the page before. Raises ActRefused for any other.

        Without a `sort` the breaching ones are by due time, all others by their last change.
        """
        _agents_only(person)
        now, most = self._clock(), max(1, min(limit, LONGEST_PAGE))
        order = sort or (Sort.DUE if view is View.BREACHING else Sort.CHANGED)

        def work(session: Session) -> InboxPage:
            narrowed = _with_words(session, filters)
            wanted = ticket_lists.wanted(view, person.id, _tiers(person), narrowed, now)
            return ticket_lists.page(session, wanted, sort=order, after=after, limit=most)

        try:
            return self._database.browse(work)
        except ValueError:
            raise ActRefused("There is no such page: begin with the first one.") from None

    def counts(self, person: Person) -> dict[View, int]:
        """How many tickets each list has for the person."""
        _agents_only(person)
        now = self._clock()
        return self._database.browse(
            lambda s: ticket_lists.counts(s, person.id, _tiers(person), now)
        )

    def ticket(self, person: Person, number: int) -> TicketWhole:
        """A ticket as one page; a requester sees their own without notes. Raises NoSuchTicket."""

        def work(session: Session) -> TicketWhole:
            ticket = session.get(Ticket, number)
            if ticket is None:
                raise NoSuchTicket(f"There is no ticket #{number}.")
            own = self._owns(session, person, ticket)
            allow(person, Act.SEE_TICKET, number, ticket.tier, own=own)
            inside = may(person, Act.SEE_NOTES, tier=ticket.tier, own=own)
            return ticket_page.whole(session, ticket, inside=inside)

        return self._database.browse(work)

    def search(self, person: Person, words: str, limit: int = 50) -> tuple[TicketLine, ...]:
        """Tickets in which all the words are found in one place, the best first; any input is allowed."""
        _agents_only(person)
        return self._database.browse(
            lambda s: ticket_lists.numbered(
                s, full_text.find(s, words, max(1, min(limit, LONGEST_PAGE)))
            )
        )

    def own_tickets(self, person: Person, limit: int = 50) -> tuple[TicketLine, ...]:
        """The person's own tickets on all channels, the newest first."""

        def work(session: Session) -> tuple[TicketLine, ...]:
            who = requesters.find(session, requesters.ACCOUNT, person.id)
            return ticket_lists.of_requester(session, who, limit) if who else ()

        return self._database.browse(work)

    def changes(self, person: Person, after: int, limit: int = 200) -> tuple[TicketChange, ...]:
        """What happened after that event, in order: for a page that is kept up to date."""
        _agents_only(person)
        return self.events_after(after, limit)

    def events_after(self, event: int, limit: int = 200) -> tuple[TicketChange, ...]:
        """The same for what follows tickets by itself: cards, clocks, webhooks. It remembers the
        `id` of the last one that it dealt with."""
        return self._database.browse(lambda s: ticket_lists.events_after(s, event, limit))

    def last_event(self) -> int:
        """The number of the last event of all: where who begins now goes on from."""
        return self._database.browse(ticket_lists.last_event)


def _with_words(session: Session, filters: Filters) -> Filters:
    """The filters with the words looked up; a number alone is that ticket too."""
    if not filters.words.strip():
        return filters
    found = full_text.find(session, filters.words, FOUND)
    number = filters.words.strip().removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < NUMBER:
        found.append(int(number))
    also = found if filters.among is None else set(found).intersection(filters.among)
    return replace(filters, among=tuple(also))


def _agents_only(person: Person) -> None:
    if not may(person, Act.SEE_NOTES):
        raise Forbidden("Only agents, leads and admins see the lists of tickets.")


def _tiers(person: Person) -> Collection[int] | None:
    return None if person.role in EVERYWHERE else person.tiers
