"""One walk of a run from where it waits to where it waits again: what the steps work on.

`bot.flows` drives it, `bot.steps` are the steps. Nothing here does I/O; a walk lives only
inside one call of `advance`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from bot.channel import Choice
from bot.flow_state import Approval, End, Request, Run
from knowledge.flows import language
from knowledge.flows.flow import Flow, Step

CHOICE = "flow:"
"""Begins the id of a choice that a flow offers; the run's token, visit and way follow."""


class Book(Protocol):
    """All flows, by id; an old version too, as long as a run is pinned to it."""

    def flow(self, id: str, version: str | None = None) -> Flow | None: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """Which of several things was meant, and how certain that is (0..1)."""

    name: str
    certainty: float


class Ears(Protocol):
    """Understands short texts. Below its own certainty it says None, never a guess."""

    def command(self, text: str) -> str | None:
        """`back`, `restart`, `cancel`, `human` or `skip` when the text is nothing else."""

    def choose(self, text: str, options: Mapping[str, tuple[str, ...]]) -> Heard | None:
        """Which option the text means; each is known by its name and by other words for it."""

    def meant(self, text: str) -> str | None:
        """What was meant instead, when the text corrects something ("no, I meant …")."""

    def asks(self, text: str) -> bool:
        """Whether the text is a question."""


class Wording(Protocol):
    """The bot's own texts."""

    def __call__(self, text: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Aids:
    """What advancing needs besides the flow: how the user is understood, and our own words.

    `facts` are true now (`business_hours`, `channel`, …), over those of the run's beginning.
    Dates and hours are meant in the `zone`. `people` are the names of those who can be asked for
    approval; None when that is not known.
    """

    ears: Ears
    say: Wording
    facts: Mapping[str, Any] = field(default_factory=dict)
    zone: tzinfo = UTC
    people: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """One thing to say, with what can be pressed."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedOff:
    """To whom, and what is known: goes into the ticket."""

    tier: int | None
    reason: str
    summary: str
    priority: str = ""
    queue: str = ""


@dataclass
class Walk:
    """The run as it stands now, and everything that was said and is to be done."""

    run: Run
    flow: Flow
    book: Book
    aids: Aids
    now: datetime
    says: list[Say] = field(default_factory=list)
    passed: list[tuple[str, str, str]] = field(default_factory=list)
    search: str | None = None
    asked: str | None = None
    request: Request | None = None
    approval: Approval | None = None
    handed: HandedOff | None = None
    moved: str = ""
    """Set by a command: the edge to leave by, or that the run was put elsewhere."""

    @property
    def step(self) -> Step:
        """Where the run is."""
        return self.flow.steps[self.run.step]

    def names(self) -> dict[str, Any]:
        """All that texts and expressions can read."""
        return {**self.run.facts, **self.aids.facts, **self.run.slots}

    def text(self, source: object) -> str:
        """The template with the run's values."""
        return language.rendered(str(source or ""), self.names())

    def plain(self, source: object) -> str:
        """The same for a program or for code: the values in it are as they are."""
        return language.filled(str(source or ""), self.names())

    def value(self, source: str) -> Any:
        """What the expression gives with the run's values."""
        return language.value_of(source, self.names())

    def say(self, text: str, choices: tuple[Choice, ...] = ()) -> None:
        """Say it, if there is anything."""
        if text or choices:
            self.says.append(Say(text or "…", choices))

    def change(self, **values: Any) -> None:
        """The run with these fields changed."""
        self.run = replace(self.run, **values)

    def set(self, **slots: Any) -> None:
        """Fill slots."""
        kept = {name: language.kept(value) for name, value in slots.items()}
        self.change(slots={**self.run.slots, **kept})

    def choice(self, way: str, label: str) -> Choice:
        """Something to press that leads that way; known as old once the run has gone on."""
        return Choice(f"{CHOICE}{self.run.token}:{self.run.visit}:{way}", label[:75])

    def end(self, how: End) -> None:
        """The run is over."""
        self.change(over=how, wakes_at=None)
