"""What time does to a ticket: it wakes, warns, breaches, escalates, is handed out. Pure.

    plan(history, team, rules, loads, now)   -> Plan: what is to be done now, and when to look again

Each thing is done once for its cause: the cause stands in the event, and what stands there is
not done again, whoever looks and however often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import tickets
from bot.assignment import AgentLoad, Way, choose
from bot.business_hours import due
from bot.model import TicketEvent
from bot.opening import TicketRules
from bot.sla import Clock, Clocks, clocks
from bot.sla_events import sla_events
from bot.team import Escalation, Team, When
from bot.ticket_state import ACTIVE, Change, TicketState, after

WARNING = "sla_warning"
BREACH = "sla_breached"
NOBODY_THERE = timedelta(seconds=30)
"""How often it is looked whether somebody has come to whom a ticket can be given."""

Loads = Callable[[TicketState], Sequence[AgentLoad]]
"""The agents who may be given the ticket."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. `due_at` is the next promise to run out, `look_at` when there is
    something to do again; None: not before something happens to the ticket."""

    changes: tuple[Change, ...]
    due_at: datetime | None
    look_at: datetime | None


def plan(
    state: TicketState,
    events: Sequence[TicketEvent],
    team: Team,
    rules: TicketRules,
    loads: Loads,
    now: datetime,
) -> Plan:
    """What time has done to the ticket by now. After changes it is to be looked at again."""
    found = clocks_of(state, events, team, now)
    done = {str(cause) for event in events if (cause := event.detail.get("cause"))}
    changes = [*_woken(state, now), *_alarms(found, state, done, now)]
    if state.status in ACTIVE:
        changes += _escalations(state, events, team, rules, found, done, now)
    for change in changes:
        state = after(state, change)
    if not changes and (given := _handed_out(state, team, loads, now)):
        changes.append(given)
    due_at = found.next_due if found and state.status in ACTIVE else None
    if changes:
        return Plan(tuple(changes), due_at, now)
    times = list(_times(state, events, team, found, done, now))
    return Plan((), due_at, min((at for at in times if at > now), default=None))


def clocks_of(
    state: TicketState, events: Sequence[TicketEvent], team: Team, now: datetime
) -> Clocks | None:
    """The clocks of a ticket; None when nothing is promised of it."""
    policy, seen = team.policy(state), sla_events(events)
    if policy is None or not seen or seen[0].at > now:
        return None
    return clocks(policy, [replace(seen[0], at=state.opened_at), *seen[1:]], now)


def _woken(state: TicketState, now: datetime) -> Iterator[Change]:
    if state.snoozed_until is not None and state.snoozed_until <= now:
        yield tickets.wake(state)


def _alarms(
    found: Clocks | None, state: TicketState, done: set[str], now: datetime
) -> Iterator[Change]:
    """A breach once, also when it was noticed late; a warning only while there is time left."""
    for clock in found.every if found else ():
        about = {"clock": clock.name.value, "policy": found.policy.name if found else ""}
        about |= {"assignee": state.assignee or "", "tier": str(state.tier)}
        about |= {"due": clock.due.isoformat() if clock.due else ""}
        if clock.breached and (cause := _cause(BREACH, found, clock)) not in done:
            yield Change(BREACH, _words(clock, "was"), more={**about, "cause": cause})
        elif _warned(clock, now) and (cause := _cause(WARNING, found, clock)) not in done:
            yield Change(WARNING, _words(clock, "is"), more={**about, "cause": cause})


def _warned(clock: Clock, now: datetime) -> bool:
    soon = clock.warn_at is not None and clock.warn_at <= now
    return clock.running and not clock.paused and not clock.breached and soon


def _words(clock: Clock, verb: str) -> str:
    name = clock.name.value.replace("_", " ")
    return f"the {name} {verb} due at {clock.due:%Y-%m-%d %H:%M} UTC" if clock.due else name


def _cause(what: str, found: Clocks | None, clock: Clock) -> str:
    """One promise of one policy from one start on."""
    policy = found.policy.name if found else ""
    return f"{what} {policy} {clock.name.value} {clock.started.isoformat()}"


def _escalations(
    state: TicketState,
    events: Sequence[TicketEvent],
    team: Team,
    rules: TicketRules,
    found: Clocks | None,
    done: set[str],
    now: datetime,
) -> list[Change]:
    """Those whose cause has come, by the first rule that fits it; at most one at a time."""
    for rule in team.escalations:
        if not rule.fits(state):
            continue
        for cause, why in _reasons(rule, state, events, team, found, now):
            key = f"{rule.name}: {cause}"
            change = None if key in done else _escalated(state, rule, team, rules, why)
            if change is not None:
                more = {**change.more, "cause": key, "rule": rule.name}
                return [replace(change, more=more)]
    return []


def _reasons(
    rule: Escalation,
    state: TicketState,
    events: Sequence[TicketEvent],
    team: Team,
    found: Clocks | None,
    now: datetime,
) -> Iterator[tuple[str, str]]:
    """The causes that have come, each with its words."""
    if rule.when in (When.BREACH, When.WARNING):
        for clock in found.every if found else ():
            wanted = not rule.clocks or clock.name in rule.clocks
            breached = clock.breached and clock.running
            come = breached if rule.when is When.BREACH else breached or _warned(clock, now)
            if wanted and come:
                yield _cause(rule.when.value, found, clock), _words(clock, "is")
    elif rule.when is When.UNASSIGNED:
        at = _unassigned_too_long(rule, state, events, team)
        if at is not None and at <= now:
            yield f"unassigned {_free_since(events).isoformat()}", "nobody has taken it"
    elif sum(event.what == "reopened" for event in events) >= rule.times:
        yield f"reopened {rule.times}", f"reopened {rule.times} times"


def _unassigned_too_long(
    rule: Escalation, state: TicketState, events: Sequence[TicketEvent], team: Team
) -> datetime | None:
    """When it will have been without anybody for too long; None when somebody has it."""
    if state.assignee is not None or state.status not in ACTIVE:
        return None
    queue = team.queue(state.queue)
    return due(queue.hours if queue else None, _free_since(events), rule.after)


def _free_since(events: Sequence[TicketEvent]) -> datetime:
    """When it was opened, or was last taken from somebody."""
    taken = [
        event.at
        for event in events
        if event.what in ("opened", "brought_forward") or "assignee" in event.detail.get("set", {})
    ]
    return taken[-1] if taken else events[0].at


def _escalated(
    state: TicketState, rule: Escalation, team: Team, rules: TicketRules, why: str
) -> Change | None:
    """The change; None when the ticket cannot go any further and nothing else changes."""
    why = f"rule {rule.name}: {why}"
    new: dict[str, object] = {}
    if rule.to:
        queue = team.queue(rule.to)
        new = {"queue": rule.to, "tier": queue.tier if queue else state.tier, "assignee": None}
        new = {} if state.queue == rule.to else new
    elif higher := [tier for tier in rules.tiers if tier > state.tier]:
        new = dict(tickets.escalate(state, rules, higher[0]).new)
        there = next((queue.name for queue in team.queues if queue.tier == higher[0]), state.queue)
        new["queue"] = there
    if rule.priority:
        new["priority"] = rule.priority
    changed = {name: value for name, value in new.items() if getattr(state, name) != value}
    return Change("escalated", why, changed) if changed else None


def _handed_out(state: TicketState, team: Team, loads: Loads, now: datetime) -> Change | None:
    if not _wants_somebody(state, team):
        return None
    queue = team.queue(state.queue)
    found = choose(queue.way, loads(state), now, team.presence) if queue else None
    if queue is None or found is None:
        return None
    return tickets.assign(state, found.id, f"{queue.way.value.replace('_', ' ')} in {queue.name}")


def _wants_somebody(state: TicketState, team: Team) -> bool:
    queue = team.queue(state.queue)
    hands_out = queue is not None and queue.way is not Way.CLAIM
    asleep = state.snoozed_until is not None
    return hands_out and state.assignee is None and state.status in ACTIVE and not asleep


def _times(
    state: TicketState,
    events: Sequence[TicketEvent],
    team: Team,
    found: Clocks | None,
    done: set[str],
    now: datetime,
) -> Iterator[datetime]:
    """All moments at which something may have to be done."""
    if state.snoozed_until is not None:
        yield state.snoozed_until
    if state.status not in ACTIVE:
        return
    for clock in found.every if found else ():
        if clock.running and clock.warn_at and _cause(WARNING, found, clock) not in done:
            yield clock.warn_at
        if clock.running and clock.due and _cause(BREACH, found, clock) not in done:
            yield clock.due + timedelta(microseconds=1)
    for rule in team.escalations:
        if rule.when is When.UNASSIGNED and rule.fits(state):
            at = _unassigned_too_long(rule, state, events, team)
            if at is not None:
                yield at
    if _wants_somebody(state, team):
        yield now + NOBODY_THERE
