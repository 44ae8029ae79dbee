"""Acts on one ticket that reach nobody outside: each is one event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import bulk
from bot import tickets as rules
from bot.console_door import Door
from bot.limits import storable
from bot.model import Ticket
from bot.model_tickets import TicketNote
from bot.people import Act, Person
from bot.store import takeover, ticket_text, tickets
from bot.ticket_acts import Acted, NoSuchTicket, allow
from bot.ticket_state import Change, TicketState, state_of
from bot.ticket_values import ActRefused

CLOSED_AT_ONCE = 200


class Acts(Door):
    """`version` is that of the page which was acted upon; None acts whatever came meanwhile.

    All raise NoSuchTicket, Forbidden, StaleTicket, and ActRefused for what cannot be done now.
    """

    def claim(self, person: Person, number: int, version: int | None = None) -> Acted:
        """Take a ticket that nobody has. From now on the bot is silent in its conversation."""

        def decide(_: Session, ticket: Ticket) -> Change:
            if ticket.assignee and ticket.assignee != person.id:
                raise ActRefused(
                    f"{self._name_of(ticket.assignee)} has this ticket. "
                    "Ask them, or assign it to yourself."
                )
            return rules.claim(state_of(ticket), person.id)

        return self._act(person, number, version, decide, holder="agent")

    def assign(
        self,
        person: Person,
        number: int,
        to: str | None,
        why: str = "",
        version: int | None = None,
    ) -> Acted:
        """Give it to an account, or (None) to nobody."""
        return self._decide(person, number, version, lambda t: rules.assign(t, to, why))

    def note(
        self, person: Person, number: int, text: str, *, kind: str = "note", key: str = ""
    ) -> Acted:
        """Write something for agents alone; `suggestion` marks what the bot would say.

        The same `key` (at most 25 characters) is written once, however often it is brought.
        """
        words = storable(text[: self._limits.text])
        if not words.strip():
            raise ActRefused("Write something: a note cannot be empty.")
        now = self._clock()

        def work(session: Session) -> Acted:
            ticket = self._ticket(session, person, Act.WORK, number, None)
            if key and takeover.noted(session, key):
                return Acted(number, ticket.version, 0, ticket.status, ticket.assignee, new=False)
            note = TicketNote(
                ticket_id=ticket.id,
                kind=kind,
                author=person.id,
                author_name=person.name,
                text=words,
                at=now,
                key=key or None,
            )
            change = rules.note(takeover.add_note(session, ticket.id, note), kind)
            return self._record(session, ticket, change, person, now)

        return self._database.write(work)

    def escalate(
        self,
        person: Person,
        number: int,
        to: int | None = None,
        why: str = "",
        version: int | None = None,
    ) -> Acted:
        """To the next tier, or the named one."""
        agreed = self._opening.rules
        return self._decide(person, number, version, lambda t: rules.escalate(t, agreed, to, why))

    def de_escalate(
        self,
        person: Person,
        number: int,
        why: str,
        to: int | None = None,
        version: int | None = None,
    ) -> Acted:
        """Back to the tier before, or the named one; `why` must be given."""
        agreed = self._opening.rules
        return self._decide(
            person, number, version, lambda t: rules.de_escalate(t, agreed, why, to)
        )

    def hold(self, person: Person, number: int, why: str = "", version: int | None = None) -> Acted:
        """It waits for something that is neither the requester nor us."""
        return self._decide(person, number, version, lambda t: rules.hold(t, why))

    def resume(
        self, person: Person, number: int, why: str = "", version: int | None = None
    ) -> Acted:
        """It waits no longer."""
        return self._decide(person, number, version, lambda t: rules.resume(t, why))

    def solve(
        self,
        person: Person,
        number: int,
        why: str = "",
        version: int | None = None,
        article: str = "",
    ) -> Acted:
        """The problem is gone; `article` (its id) is the one that solves it."""
        now = self._clock()
        return self._decide(person, number, version, lambda t: rules.solve(t, now, why, article))

    def reopen(
        self, person: Person, number: int, why: str = "", version: int | None = None
    ) -> Acted:
        """A solved ticket is worked on again."""
        return self._decide(person, number, version, lambda t: rules.reopen(t, why))

    def snooze(
        self, person: Person, number: int, until: datetime, version: int | None = None
    ) -> Acted:
        """Out of sight until then, or until the requester writes."""
        now = self._clock()
        return self._decide(person, number, version, lambda t: rules.snooze(t, until, now))

    def wake(self, person: Person, number: int, version: int | None = None) -> Acted:
        """In sight again."""
        return self._decide(person, number, version, rules.wake)

    def change(
        self,
        person: Person,
        number: int,
        new: Mapping[str, Any],
        why: str = "",
        version: int | None = None,
    ) -> Acted:
        """Other values for `type`, `priority`, `queue`, `subject`, `tags` or `fields`."""

        def decide(session: Session, ticket: Ticket) -> Change:
            decided = rules.change(state_of(ticket), new, why)
            if "subject" in decided.new:
                words = f"{decided.new['subject']} {ticket.summary}"
                ticket_text.of_ticket(session, number, words)
            return decided

        return self._act(person, number, version, decide)

    def follow(self, person: Person, number: int, *, following: bool = True) -> Acted:
        """Hear of the ticket, or no longer."""
        return self._decide(
            person, number, None, lambda t: rules.follow(t, person.id, following=following)
        )

    def link(self, person: Person, number: int, other: int, kind: str = "related") -> Acted:
        """It is a `duplicate` of the other, its child (`parent`: the other is the parent), or `related`."""
        now = self._clock()

        def work(session: Session) -> Acted:
            change = rules.link(kind, number, other)
            locked = {
                each: self._ticket(
                    session, person, Act.WORK if each == number else Act.SEE_TICKET, each, None
                )
                for each in sorted((number, other))
            }
            if not tickets.add_link(session, number, other, kind, person.id, now):
                raise ActRefused("They are linked so already.")
            back = replace(change, more={"kind": kind, "ticket": number, "back": True})
            both = [(locked[number], change), (locked[other], back)]
            return self._record_all(session, both, person, now)

        return self._database.write(work)

    def give_back(self, person: Person, number: int, version: int | None = None) -> Acted:
        """The bot may speak again in the ticket's conversation."""

        now = self._clock()

        def work(session: Session) -> Acted:
            talks = takeover.talks_of(session, number)
            held = takeover.held(session, talks)
            takeover.hold(session, talks, "bot")
            ticket = self._ticket(session, person, Act.WORK, number, version)
            change = rules.give_back("agent" if held else "bot")
            return self._record(session, ticket, change, person, now)

        return self._database.write(work)

    def put_back(
        self, person: Person, number: int, values: Mapping[str, Any], version: int
    ) -> Acted:
        """An act is undone: the ticket has the values of before, unless somebody acted since.

        Who could act on it then may undo, also when the act took it out of their tiers.
        """
        now = self._clock()

        def work(session: Session) -> Acted:
            ticket = session.get(Ticket, number, with_for_update=True)
            if ticket is None:
                raise NoSuchTicket(f"There is no ticket #{number}.")
            allow(person, Act.WORK, number, values.get("tier", ticket.tier))
            self._as_seen(session, ticket, version)
            return self._record(session, ticket, bulk.put_back(values), person, now)

        return self._database.write(work)

    def close_due(self) -> int:
        """Close what was solved long enough ago; how many there were. For the clock."""
        now, agreed = self._clock(), self._opening.rules

        def work(session: Session) -> int:
            due = select(Ticket).where(
                Ticket.status == "solved", Ticket.solved_at <= now - agreed.close_after
            )
            found = session.scalars(due.order_by(Ticket.id).limit(CLOSED_AT_ONCE)).all()
            for ticket in found:
                takeover.let_go(session, ticket)
                change = rules.close(state_of(ticket), agreed, now)
                tickets.record(session, ticket, change, "clock", now)
            return len(found)

        return self._database.write(work)

    def _decide(
        self,
        person: Person,
        number: int,
        version: int | None,
        rule: Callable[[TicketState], Change],
    ) -> Acted:
        return self._act(person, number, version, lambda _, ticket: rule(state_of(ticket)))
