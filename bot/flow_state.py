"""Where a user is in a flow: the kept state of one run, and what can happen to it. Data only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

End = Literal["solved", "handed_off", "ended", "cancelled", "closed"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that waits for one that it called, at the step that called."""

    flow: str
    version: str
    step: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered question, with the state before it: for "back" and for corrections."""

    flow: str
    version: str
    step: str
    callers: tuple[Frame, ...]
    slots: Mapping[str, Any]
    counts: Mapping[str, int]
    tried: int
    said: str
    kind: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """A fix that was given, and what came of it: `yes`, `no` or `cannot`."""

    what: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Run:
    """One user's way through a flow, pinned to the flow's version.

    token       names the run in what can be pressed
    visit       counts the steps that waited: what was pressed at an earlier one is known as old
    slots       what was answered and set; `attempts` at the present question
    place       which of the step's fixes is being tried
    callers     flows that wait for this one to end, the outermost first
    trail       answered questions, oldest first; `tried` what was tried
    counts      how often each `repeat` went back
    kept        answers that are still good after a correction, by flow and step; `changed` slots are not
    facts       what was known when it began (`problem`, `channel`, …)
    heard_at    when the user last said something; `entered_at` when the step was come to
    wakes_at    when to look again, if nothing happens
    over        how it ended; empty while it goes on
    """

    token: str
    flow: str
    version: str
    step: str
    started_at: datetime
    heard_at: datetime
    entered_at: datetime
    visit: int = 0
    attempts: int = 0
    place: int = 0
    slots: Mapping[str, Any] = field(default_factory=dict)
    callers: tuple[Frame, ...] = ()
    trail: tuple[Entry, ...] = ()
    tried: tuple[Tried, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    reminded: bool = False
    offered: bool = False
    wakes_at: datetime | None = None
    over: End | None = None


_TIMES = ("started_at", "heard_at", "entered_at", "wakes_at")


def run_record(run: Run) -> dict[str, Any]:
    """The run as JSON can hold it."""
    record = _fields(run)
    for name in _TIMES:
        moment = record[name]
        record[name] = moment and moment.isoformat()
    record["callers"] = [_fields(frame) for frame in run.callers]
    record["tried"] = [_fields(each) for each in run.tried]
    record["trail"] = _trail_record(run.trail)
    record["changed"] = list(run.changed)
    return record


def _trail_record(trail: Sequence[Entry]) -> list[dict[str, Any]]:
    """Of the slots before each answer only what is new since the one before: else a long text
    would be kept as often as questions follow it."""
    found, before = [], dict[str, Any]()
    for entry in trail:
        slots = entry.slots
        record = _fields(entry)
        record["callers"] = [_fields(frame) for frame in entry.callers]
        record["slots"] = {
            name: value
            for name, value in slots.items()
            if name not in before or before[name] != value
        }
        record["gone"] = [name for name in before if name not in slots]
        found.append(record)
        before = dict(slots)
    return found


def _fields(kept: Run | Frame | Entry | Tried) -> dict[str, Any]:
    """The fields as they are; a deep copy would cost ten times as much, and nobody changes them."""
    return {name: getattr(kept, name) for name in kept.__dataclass_fields__}


def run_of(record: Mapping[str, Any]) -> Run:
    """The run of such a record."""
    values = dict(record)
    for name in _TIMES:
        values[name] = values[name] and datetime.fromisoformat(values[name])
    values["callers"] = tuple(Frame(**each) for each in values["callers"])
    values["trail"] = _trail_of(values["trail"])
    values["tried"] = tuple(Tried(**each) for each in values["tried"])
    values["changed"] = tuple(values["changed"])
    return Run(**values)


def _trail_of(records: Sequence[Mapping[str, Any]]) -> tuple[Entry, ...]:
    found, slots = [], dict[str, Any]()
    for record in records:
        values = dict(record)
        gone = values.pop("gone", None)
        kept = {} if gone is None else {n: v for n, v in slots.items() if n not in gone}
        slots = {**kept, **values["slots"]}
        callers = tuple(Frame(**each) for each in values["callers"])
        found.append(Entry(**{**values, "slots": slots, "callers": callers}))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Said:
    """The user wrote or pressed something. `plain`: it was looked at and is no question."""

    text: str
    choice: str | None = None
    files: tuple[str, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Woke:
    """Time went by: `wakes_at` may be over."""


@dataclass(frozen=True, slots=True)
class Came:
    """What a step waited for came: the edge it leaves by, and what its result holds.

    `visit` is that of the step; what comes for an earlier one is too late.
    """

    visit: int
    edge: str
    result: Any = None
    by: str = ""


Event = Said | Woke | Came


@dataclass(frozen=True, slots=True)
class Request:
    """An action to be run once, outside of any transaction. `key` is the same on every attempt.

    `headers` are texts in which only `secret` is known; they are worked out when it is sent.
    """

    key: str
    visit: int
    seconds: float
    repeatable: bool
    url: str = ""
    method: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    function: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """A question to a named person or group, with two buttons."""

    visit: int
    by: str
    text: str
