"""SLA clocks of a ticket: what was promised, what of the time counts, when it is due. Pure.

    choose(policies, ticket)             -> the first policy that fits
    clocks(policy, events, now)          -> Clocks: first response, next response, resolution
    ledger (bot.sla_ledger)              -> why a clock shows what it shows

A clock runs from its start to the moment it is met, except while the ticket is in a state
that pauses it, is solved, or business hours are over. It is due when as much of its time
has counted as the policy promises, and breached when it was not met by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.business_hours import NOTHING, BusinessHours
from bot.sla_ledger import Entry, Phase, counted_until, ledger, reaches

SOLVED = frozenset({"solved", "closed"})
OPENED_AS = "new"


class Name(StrEnum):
    """The promises of a policy."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class What(StrEnum):
    """What a clock takes notice of."""

    OPENED = "opened"
    STATE = "state"
    AGENT_REPLIED = "agent replied"
    REQUESTER_WROTE = "requester wrote"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a ticket as clocks see it; `state` is the new one of a STATE or OPENED."""

    at: datetime
    what: What
    state: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What policies and rules choose by."""

    priority: str = "normal"
    requester: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """What is promised to whom; an empty condition fits all, a time of None promises nothing.

    `warn` is the share of a promised time after which the assignee is warned. `pauses` are
    the states in which clocks stand still. Raises ValueError for times that are not positive
    and shares outside 0 to 1.
    """

    name: str
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolution: timedelta | None = None
    hours: BusinessHours | None = None
    pauses: frozenset[str] = frozenset()
    warn: float = 0.8
    priorities: frozenset[str] = frozenset()
    requesters: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        promised = (self.first_response, self.next_response, self.resolution)
        if any(each is not None and each <= NOTHING for each in promised):
            raise ValueError("a promised time is longer than nothing")
        if not 0 < self.warn <= 1:
            raise ValueError("warn is a share of the promised time: above 0, at most 1")

    def fits(self, ticket: Facts) -> bool:
        """Whether every condition is met; of tags, one that the ticket has is enough."""
        return (
            (not self.priorities or ticket.priority in self.priorities)
            and (not self.requesters or ticket.requester in self.requesters)
            and (not self.tags or bool(self.tags & ticket.tags))
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise of a ticket: times in UTC.

    `due` and `warn_at` are None while the clock is paused and neither was reached before.
    `counted` is the time that has counted by now, or by `met_at`. `ends_at` is when it was
    met, else now.
    """

    name: Name
    promised: timedelta
    started: datetime
    due: datetime | None
    warn_at: datetime | None
    met_at: datetime | None
    counted: timedelta
    paused: bool
    breached: bool
    phases: tuple[Phase, ...]

    @property
    def running(self) -> bool:
        """Whether it is still to be met."""
        return self.met_at is None


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of a ticket, in the order of their start; there are several next responses."""

    policy: Policy
    every: tuple[Clock, ...] = ()

    def last(self, name: Name) -> Clock | None:
        """The one of that name that was started last."""
        return next((each for each in reversed(self.every) if each.name is name), None)

    @property
    def next_due(self) -> datetime | None:
        """The earliest moment at which something unmet is due."""
        return min((c.due for c in self.every if c.running and c.due), default=None)


def choose(policies: Iterable[Policy], ticket: Facts) -> Policy | None:
    """The first policy, in the order of the settings, that fits the ticket."""
    return next((policy for policy in policies if policy.fits(ticket)), None)


def clocks(policy: Policy, events: Sequence[Event], now: datetime) -> Clocks:
    """The clocks of a ticket as of `now`. Events are in order, the first one its opening.

    What lies after `now` is not looked at. Raises ValueError without an opening.
    """
    seen = [event for event in events if event.at <= now]
    if not seen or seen[0].what is not What.OPENED:
        raise ValueError("a ticket's events begin with its opening, which is not after now")
    phases = _phases(policy, seen)
    spans = [(Name.FIRST_RESPONSE, *_first(seen)), *_nexts(seen), _resolution(seen)]
    every = [
        _clock(policy, name, promised, phases, started, met, now)
        for name, started, met in spans
        if (promised := getattr(policy, name.value)) is not None
    ]
    return Clocks(policy, tuple(sorted(every, key=lambda clock: clock.started)))


def explain(policy: Policy, clock: Clock, now: datetime) -> tuple[Entry, ...]:
    """Every stretch of the clock's time with its reason, to its end: met, or the later of due
    and now."""
    until = clock.met_at or max(clock.due or now, now)
    return tuple(ledger(policy.hours, clock.phases, until))


def _clock(
    policy: Policy,
    name: Name,
    promised: timedelta,
    phases: Sequence[Phase],
    started: datetime,
    met: datetime | None,
    now: datetime,
) -> Clock:
    own = tuple(_cut(phases, started))
    due = reaches(policy.hours, own, promised)
    warn = reaches(policy.hours, own, promised * policy.warn)
    end = met or now
    return Clock(
        name=name,
        promised=promised,
        started=started,
        due=due,
        warn_at=warn,
        met_at=met,
        counted=counted_until(policy.hours, own, end),
        paused=met is None and bool(own[-1].stopped),
        breached=due is not None and end > due,
        phases=own,
    )


def _phases(policy: Policy, events: Sequence[Event]) -> list[Phase]:
    """The ticket's states one after the other, each with why clocks stand still in it."""
    changes = [event for event in events if event.what in (What.OPENED, What.STATE)]
    ends: list[datetime | None] = [event.at for event in changes[1:]]
    ends.append(None)
    return [
        Phase(event.at, end, _stopped(policy, event.state or OPENED_AS))
        for event, end in zip(changes, ends, strict=True)
    ]


def _stopped(policy: Policy, state: str) -> str:
    if state in SOLVED:
        return state
    return f"paused: {state.replace('_', ' ')}" if state in policy.pauses else ""


def _cut(phases: Iterable[Phase], started: datetime) -> Iterator[Phase]:
    """The phases from a moment on."""
    for each in phases:
        if each.end is None or each.end > started:
            yield Phase(max(each.start, started), each.end, each.stopped)


def _answers(event: Event) -> bool:
    """Whether it meets a promise to respond: solving a ticket does, also without a word."""
    return event.what is What.AGENT_REPLIED or (event.what is What.STATE and event.state in SOLVED)


def _first(events: Sequence[Event]) -> tuple[datetime, datetime | None]:
    return events[0].at, next((event.at for event in events if _answers(event)), None)


def _nexts(events: Sequence[Event]) -> list[tuple[Name, datetime, datetime | None]]:
    """From the first unanswered message of the requester to the answer, each time after the
    first response."""
    found: list[tuple[Name, datetime, datetime | None]] = []
    responded, waiting = False, None
    for event in events:
        if _answers(event):
            if waiting is not None:
                found.append((Name.NEXT_RESPONSE, waiting, event.at))
            responded, waiting = True, None
        elif event.what is What.REQUESTER_WROTE and responded and waiting is None:
            waiting = event.at
    if waiting is not None:
        found.append((Name.NEXT_RESPONSE, waiting, None))
    return found


def _resolution(events: Sequence[Event]) -> tuple[Name, datetime, datetime | None]:
    """From the opening to when it was solved and stayed so."""
    solved = None
    for event in events:
        if event.what in (What.STATE, What.OPENED):
            solved = (solved or event.at) if event.state in SOLVED else None
    return Name.RESOLUTION, events[0].at, solved
