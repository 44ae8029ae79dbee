"""How a desk does, worked out from what happened. Pure.

All figures are about the tickets that were opened in a period, and the conversations that began
in it, whatever happened to them since. What each means is in the article `figures`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from statistics import median

AGES = (
    ("under 1 day", timedelta(days=1)),
    ("1 to 3 days", timedelta(days=3)),
    ("3 to 7 days", timedelta(days=7)),
    ("7 to 30 days", timedelta(days=30)),
    ("over 30 days", timedelta.max),
)
REASONS = 12
"""So many hand-off reasons are told by name; the others are `other`."""


@dataclass(frozen=True, slots=True)
class Past:
    """One ticket: when it was opened, first replied to by a person and last solved (None: not),
    how often it was reopened and promises were broken, and what its requester said of it."""

    opened_at: datetime
    tier: int
    agent: str = ""
    reason: str = ""
    active: bool = True
    replied_at: datetime | None = None
    solved_at: datetime | None = None
    reopened: int = 0
    breaches: Mapping[str, int] = field(default_factory=dict)
    scores: tuple[int, ...] = ()
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Talked:
    """One conversation in which somebody asked something: whether it came to people, and whether
    the requester confirmed that an answer solved it."""

    began_at: datetime
    to_people: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of some tickets; times in minutes, None where there is nothing to measure."""

    opened: int
    solved: int
    active: int
    unanswered: int
    first_response_median: float | None
    first_response_p90: float | None
    resolution_median: float | None
    resolution_p90: float | None
    breached: int
    reopened: int
    asked: int
    rated: int
    satisfaction: float | None


@dataclass(frozen=True, slots=True)
class Deflection:
    """Conversations of the period: how many needed no person, and how many of those were
    confirmed as solved. The first is what did not happen, the second what somebody said."""

    conversations: int
    no_person: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period, days by the clock of the desk; `backlog` is what is
    worked on now, whenever it was opened."""

    start: date
    end: date
    total: Group
    by_day: Mapping[str, int]
    by_tier: Mapping[str, Group]
    by_agent: Mapping[str, Group]
    reasons: Mapping[str, int]
    backlog: Mapping[str, int]
    breaches: Mapping[str, int]
    scores: Mapping[str, int]
    deflection: Deflection
    articles: Mapping[str, int] = field(default_factory=dict)


def figures(
    tickets: Sequence[Past],
    talks: Sequence[Talked],
    start: date,
    end: date,
    now: datetime,
    zone: tzinfo,
    waiting: Iterable[datetime] = (),
    articles: Mapping[str, int] | None = None,
) -> Figures:
    """The figures of a period, both days included; the tickets and talks are those of the period.
    `waiting` is when each ticket was opened that is worked on now, whenever that was."""
    named = Counter(ticket.reason or "no reason" for ticket in tickets).most_common()
    other = sum(count for _, count in named[REASONS:])
    return Figures(
        start=start,
        end=end,
        total=group(tickets),
        by_day=by_day((ticket.opened_at for ticket in tickets), start, end, zone),
        by_tier=grouped(tickets, lambda ticket: f"tier {ticket.tier}"),
        by_agent=grouped(tickets, lambda ticket: ticket.agent or "nobody"),
        reasons=dict(named[:REASONS]) | ({"other": other} if other else {}),
        backlog=ages(waiting, now),
        breaches=dict(sum((Counter(ticket.breaches) for ticket in tickets), Counter())),
        scores=scores(tickets),
        deflection=deflection(talks),
        articles=dict(articles or {}),
    )


def group(tickets: Sequence[Past]) -> Group:
    """The figures of these tickets."""
    responses = [minutes(t.opened_at, t.replied_at) for t in tickets if t.replied_at]
    resolutions = [minutes(t.opened_at, t.solved_at) for t in tickets if t.solved_at]
    said = [score for ticket in tickets for score in ticket.scores]
    return Group(
        opened=len(tickets),
        solved=len(resolutions),
        active=sum(ticket.active for ticket in tickets),
        unanswered=sum(ticket.active and ticket.replied_at is None for ticket in tickets),
        first_response_median=middle(responses),
        first_response_p90=ninetieth(responses),
        resolution_median=middle(resolutions),
        resolution_p90=ninetieth(resolutions),
        breached=sum(bool(ticket.breaches) for ticket in tickets),
        reopened=sum(bool(ticket.reopened) for ticket in tickets),
        asked=sum(ticket.asked for ticket in tickets),
        rated=len(said),
        satisfaction=round(sum(said) / len(said), 2) if said else None,
    )


def grouped(tickets: Sequence[Past], by: Callable[[Past], str]) -> dict[str, Group]:
    """Figures of each group, by its name."""
    parts: dict[str, list[Past]] = {}
    for ticket in tickets:
        parts.setdefault(by(ticket), []).append(ticket)
    return {name: group(parts[name]) for name in sorted(parts)}


def by_day(times: Iterable[datetime], start: date, end: date, zone: tzinfo) -> dict[str, int]:
    """How many on each day by the clock of the zone; days with none are 0."""
    counts = Counter(at.astimezone(zone).date() for at in times)
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return {day.isoformat(): counts[day] for day in days}


def ages(times: Iterable[datetime], now: datetime) -> dict[str, int]:
    """How many are how old."""
    counts = Counter(next(name for name, limit in AGES if now - at < limit) for at in times)
    return {name: counts[name] for name, _ in AGES}


def scores(tickets: Iterable[Past]) -> dict[str, int]:
    """How often each score was given."""
    counts = Counter(score for ticket in tickets for score in ticket.scores)
    return {str(score): counts[score] for score in range(1, 6)}


def deflection(talks: Sequence[Talked]) -> Deflection:
    """Who needed no person, and who said that it was solved, apart."""
    alone = [talk for talk in talks if not talk.to_people]
    return Deflection(len(talks), len(alone), sum(talk.confirmed for talk in alone))


def minutes(start: datetime, end: datetime) -> float:
    """The time between, in minutes."""
    return max((end - start).total_seconds() / 60, 0.0)


def middle(values: Sequence[float]) -> float | None:
    """The median, None of nothing."""
    return round(median(values), 1) if values else None


def ninetieth(values: Sequence[float]) -> float | None:
    """The value that nine of ten do not exceed (nearest rank), None of nothing."""
    return round(sorted(values)[math.ceil(0.9 * len(values)) - 1], 1) if values else None
