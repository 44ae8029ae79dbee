"""The settings about people as `bot` knows them: where tickets go, what is promised, who escalates.

directions(settings)              queues and routing rules
team(settings)                    queues, policies and escalation
routing(settings, model, file)    a route for each new ticket, with its text's category
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.assignment import Way
from bot.opening import NewTicket, Route
from bot.routing import Directions, Queue, Rule, route
from bot.sla import Name, Policy
from bot.team import Escalation, Team, TeamQueue, When
from config.hours import hours_by_name
from config.settings import Settings
from config.team_sections import QueueSettings
from config.ticket_examples import text_of
from knowledge.categories import Categories, read
from knowledge.embedder import Embedder
from knowledge.flows.forms import duration

CATEGORIES = "categories.json"
"""The file below a desk's `var` that holds what was learned from past tickets."""


def directions(settings: Settings) -> Directions:
    """Where new tickets go."""
    queues = tuple(
        Queue(each.name, each.tier, each.languages, each.tags, each.channels)
        for each in settings.queues
    )
    rules = tuple(
        Rule(tags=each.tagged, **each.model_dump(exclude={"tagged"})) for each in settings.routing
    )
    return Directions(queues, rules, settings.tickets.first_tier)


def team(settings: Settings) -> Team:
    """Who works on tickets, what is promised, and when they escalate."""
    hours = hours_by_name(settings.hours)
    policies = tuple(
        Policy(
            name=each.name,
            first_response=_time(each.first_response),
            next_response=_time(each.next_response),
            resolution=_time(each.resolution),
            hours=hours.get(each.hours),
            pauses=frozenset(each.pauses),
            warn=each.warn_percent / 100,
            priorities=frozenset(each.priorities),
            requesters=frozenset(each.requesters),
            tags=frozenset(each.tags),
        )
        for each in settings.sla
    )
    queues = tuple(
        TeamQueue(
            each.name,
            each.tier,
            hours.get(each.hours),
            Way(each.assign),
            _agents(settings, each),
            each.capacity or None,
        )
        for each in settings.queues
    )
    timeout = timedelta(minutes=settings.presence.timeout_minutes)
    return Team(queues, policies, _escalations(settings), timeout)


def routing(settings: Settings, model: Embedder, file: Path) -> Callable[[NewTicket], Route]:
    """A route for each new ticket. Raises CategoriesRefused for a file that cannot be used."""
    to = directions(settings)
    learned = read(file, embedder=model.name, dimension=model.dimension)
    if learned is None:
        return lambda new: route(new, to)
    return lambda new: _routed(new, to, learned, model)


def _routed(new: NewTicket, to: Directions, learned: Categories, model: Embedder) -> Route:
    text = text_of(new.subject, new.text)
    judged = learned.judge(model.embed([text])[0]) if text else None
    return route(new, to, judged)


def _escalations(settings: Settings) -> tuple[Escalation, ...]:
    return tuple(
        Escalation(
            name=each.name,
            when=When(each.when),
            clocks=frozenset(Name(name) for name in each.clocks),
            after=_time(each.after) or timedelta(0),
            times=each.times,
            priorities=frozenset(each.priorities),
            queues=frozenset(each.queues),
            tags=frozenset(each.tags),
            to=each.to,
            priority=each.priority,
        )
        for each in settings.escalation
    )


def _agents(settings: Settings, queue: QueueSettings) -> frozenset[str] | None:
    """Those named, and those of its groups; None: all of the tier."""
    groups = [each for each in settings.groups if each.name in queue.groups]
    if any(not each.agents for each in groups):
        return None
    named = {*queue.agents, *(agent for each in groups for agent in each.agents)}
    return frozenset(named) or None


def _time(written: str) -> timedelta | None:
    return duration(written) if written else None
