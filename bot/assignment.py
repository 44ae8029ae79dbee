"""Who gets a ticket: nobody until somebody claims it, the next in turn, or whoever has least. Pure.

choose(way, agents, now, timeout)  -> the agent who gets it, or None: it waits to be claimed
present(agent, now, timeout)       -> whether an agent is there
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Way(StrEnum):
    """How a queue hands out its tickets."""

    CLAIM = "claim"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """An agent of a queue: how many tickets they work on, and since when they are there.

    `seen_at` is the last sign of life, None for never; `away` is what they said themselves.
    `capacity` is how many tickets they take at most, None for any number. `given_at` is when they
    were last given a ticket in turn.
    """

    id: str
    open_tickets: int = 0
    capacity: int | None = None
    away: bool = False
    seen_at: datetime | None = None
    given_at: datetime | None = None

    def room(self) -> bool:
        """Whether one more fits."""
        return self.capacity is None or self.open_tickets < self.capacity


def present(agent: AgentLoad, now: datetime, timeout: timedelta) -> bool:
    """Whether they are there: not away, and a sign of life at most `timeout` ago."""
    return not agent.away and agent.seen_at is not None and now - agent.seen_at <= timeout


def choose(
    way: Way, agents: Iterable[AgentLoad], now: datetime, timeout: timedelta
) -> AgentLoad | None:
    """Who gets a new ticket: somebody who is there and has room.

    Round robin: whoever was given one longest ago. Least loaded: whoever works on the fewest,
    among those whoever was given one longest ago. Equals in the order of their ids. None when
    nobody can, or tickets are claimed.
    """
    able = [a for a in agents if present(a, now, timeout) and a.room()]
    if way is Way.CLAIM or not able:
        return None
    if way is Way.ROUND_ROBIN:
        return min(able, key=_turn)
    return min(able, key=lambda agent: (agent.open_tickets, _turn(agent)))


def _turn(agent: AgentLoad) -> tuple[bool, float, str]:
    given = agent.given_at
    return given is not None, given.timestamp() if given else 0.0, agent.id
