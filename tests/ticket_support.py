"""A desk and its console over one database, and the people who use them; shared by tests of tickets."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.model import Ticket, TicketEvent
from bot.opening import Opening
from bot.people import Person, Role
from bot.ticket_state import TicketState, rebuild, state_of
from tests.desk_support import NOON, deliver_all, message, new_desk

MIA = Person("mia", "Mia", Role.AGENT, frozenset({1, 2}))
BOB = Person("bob", "Bob", Role.AGENT, frozenset({1}))
LEA = Person("lea", "Lea", Role.LEAD)
ANN = Person("ann", "Ann", Role.REQUESTER)

WORDING = ConsoleWording(merged=lambda old, new: f"Ticket #{old} goes on in #{new}.")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class House:
    """`desk` for requesters, `console` for agents, one clock."""

    def __init__(self, database: Database, **settings: Any) -> None:
        self.database = database
        self.clock = Clock()
        opening = settings.pop("opening", Opening())
        self.desk: Desk = new_desk(database, clock=self.clock, opening=opening, **settings)
        self.console = Console(
            database,
            wording=WORDING,
            opening=opening,
            clock=self.clock,
            firsts=self.desk.firsts,
            name_of=str.capitalize,
        )
        self._numbers = count(1)

    def says(self, text: str, thread: str = "main", **more: Any) -> list[str]:
        """The requester writes, the bot takes its turn, all is delivered; what was delivered."""
        more.setdefault("sent_at", self.clock())
        self.desk.accept(message(text, f"{thread}-m{next(self._numbers)}", thread, **more))
        return [one.text for one in deliver_all(self.desk)]

    def handed_over(self, thread: str = "main", **more: Any) -> int:
        """The number of a new ticket."""
        self.says("human", thread, **more)
        return self.desk.tickets()[0].id


def both_states(database: Database, number: int) -> tuple[TicketState, TicketState]:
    """What the row says, and what its events make."""

    def work(session: Session) -> tuple[TicketState, TicketState]:
        found = select(TicketEvent).where(TicketEvent.ticket_id == number)
        events = session.scalars(found.order_by(TicketEvent.id)).all()
        return state_of(session.get_one(Ticket, number)), rebuild(events)

    return database.read(work)
