"""A ticket clock over a house, shared by the tests of what time does to tickets."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.desk import Database
from bot.model import Ticket, TicketEvent
from bot.sla import Name, Policy
from bot.team import Escalation, Team, TeamQueue
from bot.ticket_clock import TicketClock
from tests.ticket_support import BOB, LEA, MIA, House

HOUR = timedelta(hours=1)
PEOPLE = {"mia@desk": MIA, "bob@desk": BOB, "lea@desk": LEA}
"""By what they sign in with."""
POLICY = Policy(
    "standard",
    first_response=HOUR,
    next_response=2 * HOUR,
    resolution=8 * HOUR,
    pauses=frozenset({"pending"}),
)
TEAM = Team(
    queues=(TeamQueue("support", 1), TeamQueue("engineers", 2)),
    policies=(POLICY,),
    escalations=(Escalation("late", clocks=frozenset({Name.FIRST_RESPONSE})),),
)


def clock_of(house: House, team: Team = TEAM) -> TicketClock:
    return TicketClock(house.database, team, people=lambda: PEOPLE, now=lambda: house.clock.now)


def settle(clock: TicketClock) -> int:
    """Work until nothing is left; how many looks it took."""
    looks = 0
    while clock.work():
        looks += 1
        assert looks < 200, "it never comes to rest"
    return looks


def history(database: Database, number: int) -> list[str]:
    found = select(TicketEvent.what).where(TicketEvent.ticket_id == number)
    return database.read(lambda s: list(s.scalars(found.order_by(TicketEvent.id))))


def ticket(database: Database, number: int) -> Ticket:
    return database.read(lambda s: s.get_one(Ticket, number))
