"""The tables of the settings that say who works on tickets, and in what time."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.sections import Section
from knowledge.flows.forms import duration

Priority = Literal["low", "normal", "high", "urgent"]
State = Literal["new", "open", "pending", "on_hold"]
Type = Literal["question", "incident", "problem", "request", "bug", "feature"]
ClockName = Literal["first_response", "next_response", "resolution"]


def _time_or_none(value: str) -> str:
    if value and not duration(value):
        raise ValueError("a time must be longer than nothing; leave it empty for none")
    return value


TRIAGE = re.compile(r"slack:[CG][A-Z0-9]{1,24}|discord:channel/[1-9][0-9]{0,19}")
Time = Annotated[str, AfterValidator(_time_or_none)]
"""`30m`, `8h`, `2d`, or empty for none."""


def _triage_or_none(value: str) -> str:
    if value and not TRIAGE.fullmatch(value):
        raise ValueError(
            "write slack:C0123ABC (the id of a Slack channel) or discord:channel/123456789"
        )
    return value


class HoursSettings(Section):
    """Business hours that queues and SLA policies can name. Outside of them clocks stand still."""

    name: str = "office"
    """What queues and policies call them."""
    zone: str = "UTC"
    """By the clock of which time zone, such as `Europe/Berlin`."""
    week: dict[str, tuple[str, ...]] = Field({"mon-fri": ("09:00-17:00",)})
    """Days, and from when to when: `{ "mon-thu" = ["09:00-12:30", "13:30-17:00"], "fri" =
    ["09:00-14:00"] }`. A night is written in two parts, until `24:00` and from `00:00`."""
    holidays: tuple[date, ...] = ()
    """Single days that are closed, such as `["2026-12-24"]`."""
    country: str = ""
    """Its public holidays are closed too: a code of two letters, such as `DE`."""
    region: str = ""
    """The part of the country, where its holidays differ, such as `BY`."""


class TierSettings(Section):
    """One tier of support. Escalation goes from a lower number to the next higher one."""

    number: int = Field(1, ge=1)
    """Its place in the order of escalation."""
    name: str = "First line"
    """What people call it."""


class GroupSettings(Section):
    """Some agents under one name, to be named in queues."""

    name: str = "everyone"
    """What queues call it."""
    agents: tuple[str, ...] = ()
    """The sign-in names of its agents; none: all agents of the queue's tier."""


class QueueSettings(Section):
    """One queue of tickets. The first one takes what no rule and no other queue takes."""

    name: str = "support"
    """What rules and people call it."""
    tier: int = Field(1, ge=1)
    """The tier that works on it."""
    agents: tuple[str, ...] = ()
    """Sign-in names of agents in it; none, and no groups: all agents of the tier."""
    groups: tuple[str, ...] = ()
    """Groups whose agents are in it."""
    languages: tuple[str, ...] = ()
    """It takes tickets with the tag of one of these languages: `de` is the tag `lang:de`."""
    tags: tuple[str, ...] = ()
    """It takes tickets with one of these tags."""
    channels: tuple[str, ...] = ()
    """It takes tickets from these channels, such as `discord`."""
    hours: str = ""
    """Its business hours; none: always. A policy without hours of its own takes those."""
    triage: Annotated[str, AfterValidator(_triage_or_none)] = ""
    """Where its tickets have cards for agents: `slack:C0123ABC`, the id of a channel, or
    `discord:channel/123456789`; empty: nowhere."""
    assign: Literal["claim", "round_robin", "least_loaded"] = "claim"
    """Who gets a new ticket: `claim`: whoever takes it. `round_robin`: in turn. `least_loaded`:
    whoever works on the fewest. The last two only look at agents who are there."""
    capacity: int = Field(0, ge=0)
    """Tickets that an agent is given at most; 0: any number. Claiming is not held back."""


class RoutingSettings(Section):
    """One rule for new tickets. All its conditions must fit; the first rule that fits decides.

    `tagged`, `flows`, `articles`, `requesters` and `channels` may hold `*`.
    """

    name: str = "everything"
    """What the ticket's first event calls it."""
    tagged: tuple[str, ...] = ()
    """Condition: one of these tags."""
    flows: tuple[str, ...] = ()
    """Condition: came out of one of these flows."""
    articles: tuple[str, ...] = ()
    """Condition: one of these articles had been shown."""
    priorities: tuple[Priority, ...] = ()
    """Condition: one of these priorities was wished for."""
    types: tuple[Type, ...] = ()
    """Condition: one of these types was wished for."""
    requesters: tuple[str, ...] = ()
    """Condition: one of these requesters, by their id on their channel."""
    channels: tuple[str, ...] = ()
    """Condition: one of these channels."""
    categories: tuple[str, ...] = ()
    """Condition: the text was surely taken for one of these (see `firstline ticket learn`)."""
    words: tuple[str, ...] = ()
    """Condition: the text holds one of these words or phrases."""
    queue: str = ""
    """What follows: this queue."""
    tier: int = Field(0, ge=0)
    """What follows: this tier; 0: the queue's."""
    priority: Literal["", "low", "normal", "high", "urgent"] = ""
    """What follows: this priority: `low`, `normal`, `high` or `urgent`."""
    type: Literal["", "question", "incident", "problem", "request", "bug", "feature"] = ""
    """What follows: this type: `question`, `incident`, `problem`, `request`, `bug`, `feature`."""
    add_tags: tuple[str, ...] = ()
    """What follows: these tags are added."""
    on: bool = False
    """Whether later rules may add what this one leaves open."""


class SlaSettings(Section):
    """What is promised to whom. The first policy whose conditions all fit a ticket counts."""

    name: str = "standard"
    """What people call it."""
    first_response: Time = ""
    """Until an agent's first reply, such as `4h` or `30m`; empty: nothing is promised."""
    next_response: Time = ""
    """Until the reply to each later message of the requester."""
    resolution: Time = ""
    """Until it is solved."""
    hours: str = ""
    """Business hours in which time counts; none: the queue's, and without those always."""
    pauses: tuple[State, ...] = ("pending", "on_hold")
    """States in which the clocks stand still."""
    warn_percent: int = Field(80, ge=1, le=100)
    """The assignee and the tier are warned when so much of a promised time is used up."""
    priorities: tuple[Priority, ...] = ()
    """Condition: one of these priorities."""
    requesters: tuple[str, ...] = ()
    """Condition: one of these requesters, by their id on their channel."""
    tags: tuple[str, ...] = ()
    """Condition: one of these tags."""


class EscalationSettings(Section):
    """One rule by which tickets escalate by themselves. Each rule acts once for each cause."""

    name: str = "breach"
    """What the ticket's event calls it."""
    when: Literal["breach", "warning", "unassigned", "reopened"] = "breach"
    """`breach`: a promised time is over. `warning`: it soon will be. `unassigned`: nobody has it
    `after` so long. `reopened`: it came back `times` times."""
    clocks: tuple[ClockName, ...] = ()
    """Which promises, for `breach` and `warning`; none: all."""
    after: Time = "1h"
    """How long, for `unassigned`."""
    times: int = Field(2, ge=1)
    """How often, for `reopened`."""
    priorities: tuple[Priority, ...] = ()
    """Condition: one of these priorities."""
    queues: tuple[str, ...] = ()
    """Condition: in one of these queues."""
    tags: tuple[str, ...] = ()
    """Condition: one of these tags."""
    to: str = ""
    """The queue it goes to; none: the next tier, and where there is none it stays."""
    priority: Literal["", "low", "normal", "high", "urgent"] = ""
    """The priority it gets; empty: it keeps its own."""


class PresenceSettings(Section):
    """When agents count as there, for queues that hand out their tickets."""

    timeout_minutes: float = Field(15, gt=0)
    """So long after their last sign of life agents count as away."""


class CategorySettings(Section):
    """Sorting new tickets by what past ones were about."""

    precision: float = Field(0.85, gt=0, le=1)
    """How many of those that are sorted without people should be right; the others are left to
    people. Takes effect when `firstline ticket learn` is run."""
