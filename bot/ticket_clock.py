"""What happens to tickets without anybody doing something: warnings, breaches, escalation, handing out.

    work()       looks at tickets whose time has come, many in one transaction
    explain(n)   the clocks of one ticket, each with its book

Plans are made outside any transaction. A ticket to which something happened meanwhile is
left as it is and looked at again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.assignment import AgentLoad
from bot.faults import Fault, no_fault
from bot.model import Ticket, TicketEvent
from bot.opening import TicketRules
from bot.people import Act, Person, may
from bot.sla import Clock, explain
from bot.sla_ledger import Entry
from bot.store import ticket_clock as rows
from bot.store.database import Database
from bot.team import Team
from bot.ticket_plan import Plan, clocks_of, plan
from bot.ticket_state import TicketState, state_of

log = logging.getLogger(__name__)

AT_ONCE = 50
AGAIN = timedelta(minutes=10)
"""When a ticket that could not be planned for is looked at again."""
Everybody = Callable[[], Mapping[str, Person]]
"""The accounts that may be given tickets, by the name by which they sign in."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The clocks of a ticket under a policy (empty: nothing is promised), each with its book."""

    number: int
    policy: str
    clocks: tuple[tuple[Clock, tuple[Entry, ...]], ...] = ()


@dataclass
class TicketClock:
    """Called by one thread. Tickets are given to `people`; queues name them as they sign in."""

    database: Database
    team: Team
    rules: TicketRules = field(default_factory=TicketRules)
    people: Everybody = dict
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    fault: Fault = no_fault
    _begun: bool = False

    def work(self) -> int:
        """Do what is due, for at most AT_ONCE tickets; how many there were."""
        now = self.now()
        if not self._begun:
            self.database.write(lambda s: rows.look_again(s, now))
            self._begun = True
        found = self.database.read(lambda s: rows.due(s, now, AT_ONCE))
        if not found:
            return 0
        plans = self._plans(found, now)

        def work(session: Session) -> int:
            done = [rows.carry_out(session, *each, now) for each in plans]
            self.fault("ticket clock before commit")
            return len(done)

        return self.database.write(work)

    def explain(self, number: int) -> Explained | None:
        """The clocks of a ticket as they are now; None when there is no such ticket."""
        return explained(self.database, self.team, number, self.now())

    def _plans(self, found: Sequence[rows.Found], now: datetime) -> list[tuple[int, int, Plan]]:
        loads = _Loads(self.database, self.team, self.people)
        plans = []
        for ticket, events in found:
            state = state_of(ticket)
            made = self._plan(state, events, loads, now)
            for change in made.changes:
                if change.what == "assigned":
                    loads.given(str(change.new["assignee"]), now)
            plans.append((ticket.id, events[-1].id if events else 0, made))
        return plans

    def _plan(
        self, state: TicketState, events: Sequence[TicketEvent], loads: _Loads, now: datetime
    ) -> Plan:
        """One ticket that cannot be understood holds up no other."""
        try:
            return plan(state, events, self.team, self.rules, loads, now)
        except Exception:
            number = events[0].ticket_id if events else 0
            log.exception("a ticket's clocks cannot be told", extra={"ticket": number})
            return Plan((), None, now + AGAIN)


class _Loads:
    """The agents of queues, read when the first ticket is to be handed out."""

    def __init__(self, database: Database, team: Team, people: Everybody) -> None:
        self._database, self._team, self._people = database, team, people
        self._read: dict[str, AgentLoad] | None = None
        self._persons: dict[str, tuple[str, Person]] = {}
        self._given = 0

    def __call__(self, state: TicketState) -> Sequence[AgentLoad]:
        if self._read is None:
            self._read = self._database.read(rows.loads)
            self._persons = {p.id: (login, p) for login, p in self._people().items()}
        queue = self._team.queue(state.queue)
        if queue is None:
            return ()
        return [
            replace(load, capacity=queue.capacity)
            for load in self._read.values()
            if self._may(load.id, queue.agents, state.tier)
        ]

    def given(self, agent: str, now: datetime) -> None:
        """What the next ticket of the same round has to know."""
        if self._read is not None:
            load = self._read[agent]
            self._given += 1
            order = now + self._given * timedelta(microseconds=1)
            more = load.open_tickets + 1
            self._read[agent] = replace(load, open_tickets=more, given_at=order)

    def _may(self, agent: str, logins: frozenset[str] | None, tier: int) -> bool:
        login, person = self._persons.get(agent, ("", None))
        named = logins is None or login in logins
        return person is not None and named and may(person, Act.WORK, tier=tier)


def explained(database: Database, team: Team, number: int, now: datetime) -> Explained | None:
    """The clocks of a ticket; None when there is no such ticket. Only reads."""
    return database.read(lambda s: explained_in(s, team, number, now))


def explained_in(session: Session, team: Team, number: int, now: datetime) -> Explained | None:
    """The same for who reads more of the ticket in one go."""
    found = rows.one(session, number) if team.policies else None
    if found is None:
        known = session.get(Ticket, number)
        return None if known is None else Explained(number, "")
    ticket, events = found
    clocks = clocks_of(state_of(ticket), events, team, now)
    if clocks is None:
        return Explained(number, "")
    every = tuple((each, explain(clocks.policy, each, now)) for each in clocks.every)
    return Explained(number, clocks.policy.name, every)
