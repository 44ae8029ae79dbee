"""Who works on which tickets, what is promised of them, and when they escalate. Data, and look-ups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.assignment import Way
from bot.business_hours import BusinessHours
from bot.sla import Facts, Name, Policy, choose
from bot.ticket_state import TicketState


class When(StrEnum):
    """What makes a ticket escalate by itself."""

    BREACH = "breach"
    WARNING = "warning"
    UNASSIGNED = "unassigned"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Escalation:
    """One rule; an empty condition fits all. `to` names a queue, empty: the next tier.

    `after` is for UNASSIGNED (of the queue's hours), `times` for REOPENED.
    """

    name: str
    when: When = When.BREACH
    clocks: frozenset[Name] = frozenset()
    after: timedelta = timedelta(hours=1)
    times: int = 2
    priorities: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    to: str = ""
    priority: str = ""

    def fits(self, state: TicketState) -> bool:
        """Whether the ticket is one that the rule is about."""
        return (
            (not self.priorities or state.priority in self.priorities)
            and (not self.queues or state.queue in self.queues)
            and (not self.tags or bool(self.tags.intersection(state.tags)))
        )


@dataclass(frozen=True, slots=True)
class TeamQueue:
    """How a queue is worked on. `agents` are the names by which they sign in,
    None: all who work in the tier."""

    name: str
    tier: int = 1
    hours: BusinessHours | None = None
    way: Way = Way.CLAIM
    agents: frozenset[str] | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """All of it. `presence` is how long an agent counts as there after a sign of life."""

    queues: tuple[TeamQueue, ...] = (TeamQueue("support"),)
    policies: tuple[Policy, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    presence: timedelta = timedelta(minutes=15)

    def queue(self, name: str) -> TeamQueue | None:
        """The queue of that name; None for one that is not in the settings any more."""
        return next((queue for queue in self.queues if queue.name == name), None)

    def policy(self, state: TicketState) -> Policy | None:
        """What is promised of the ticket as it is now, in the queue's hours unless in its own."""
        facts = Facts(state.priority, state.requester, frozenset(state.tags))
        found = choose(self.policies, facts)
        queue = self.queue(state.queue)
        if found is None or found.hours is not None or queue is None:
            return found
        return replace(found, hours=queue.hours)
