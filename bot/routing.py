"""Where a new ticket goes: the first rule that fits says which queue, tier and priority. Pure.

    route(new, desk, judged)     -> Route, with the reason in words

Rules are tried in their order. What was wished for (by a flow, a form, an agent) wins over
what a rule says; what neither says is the queue's, or the usual. Tags add up over all rules
that fit and are marked to go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeVar

from bot.opening import FIRST_TIER, NewTicket, Route
from knowledge.categories import Judgement

T = TypeVar("T")

PRIORITY = "normal"
TYPE = "question"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, its tier, and what it takes when no rule says where to: a ticket that fits every
    condition it has. A ticket's language is its tag, such as `lang:de`."""

    name: str
    tier: int = FIRST_TIER
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def takes_all(self) -> bool:
        """Whether it has no conditions."""
        return not (self.languages or self.tags or self.channels)

    def takes(self, tags: Sequence[str], channel: str) -> bool:
        """Whether a ticket with these tags fits its conditions."""
        languages = [f"lang:{language}" for language in self.languages]
        own = _one(languages, tags) and _one(self.tags, tags) and _one(self.channels, (channel,))
        return own and not self.takes_all


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions, each fulfilled by one of its values (none: by anything), and what follows.

    `tags`, `flows`, `articles`, `requesters` and `channels` may hold `*`; `words` are looked
    for in the text, whatever their case; `categories` count only when the judgement is sure.
    `on` lets later rules add to this one: the first that says something about a value decides it.
    """

    name: str
    tags: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    requesters: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    queue: str = ""
    tier: int = 0
    priority: str = ""
    type: str = ""
    add_tags: tuple[str, ...] = ()
    on: bool = False


@dataclass(frozen=True, slots=True)
class Directions:
    """The queues and rules of a desk. The first queue takes what nothing else does.

    A wish for `first_tier` is none: who hands over without a wish names it.
    """

    queues: tuple[Queue, ...] = (Queue("support"),)
    rules: tuple[Rule, ...] = field(default=())
    first_tier: int = FIRST_TIER


def fits(rule: Rule, new: NewTicket, judged: Judgement | None) -> bool:
    """Whether every condition of the rule is fulfilled."""
    category = (judged.category,) if judged and judged.sure else ()
    text = f"{new.subject} {new.text}".casefold()
    return (
        _one(rule.tags, new.tags)
        and _one(rule.flows, (new.flow,))
        and _one(rule.articles, new.articles)
        and _one(rule.priorities, (new.priority or PRIORITY,))
        and _one(rule.types, (new.type or TYPE,))
        and _one(rule.requesters, (new.requester,))
        and _one(rule.channels, (new.channel,))
        and _one(rule.categories, category)
        and (not rule.words or any(word.casefold() in text for word in rule.words))
    )


def route(new: NewTicket, desk: Directions, judged: Judgement | None = None) -> Route:
    """Where it goes. `judged` is the category its text was taken for, when that was learned."""
    fitting = _followed([rule for rule in desk.rules if fits(rule, new, judged)])
    wished = new.tier if new.tier != desk.first_tier else 0
    added = [tag for rule in fitting for tag in rule.add_tags]
    tags = tuple(dict.fromkeys([*new.tags, *added]))
    tier = wished or _first(rule.tier for rule in fitting)
    named = new.queue or _first(rule.queue for rule in fitting)
    queue = _queue(desk, named or "", tier or 0, tags, new.channel)
    return Route(
        tier=tier or queue.tier,
        queue=queue.name,
        priority=new.priority or _first(rule.priority for rule in fitting) or PRIORITY,
        type=new.type or _first(rule.type for rule in fitting) or TYPE,
        tags=tags,
        why=_why(new, wished, fitting, judged),
    )


def _queue(desk: Directions, named: str, tier: int, tags: Sequence[str], channel: str) -> Queue:
    """The named one; else one of the tier that takes such tickets; else one that takes all."""
    if named:
        return next((q for q in desk.queues if q.name == named), Queue(named, tier or FIRST_TIER))
    of_tier = [queue for queue in desk.queues if tier in (0, queue.tier)]
    taking = [queue for queue in of_tier if queue.takes(tags, channel)]
    all_else = [queue for queue in of_tier if queue.takes_all]
    return [*taking, *all_else, *of_tier, *desk.queues][0]


def _followed(fitting: Sequence[Rule]) -> list[Rule]:
    """The rules up to and with the first that does not let others add to it."""
    found: list[Rule] = []
    for rule in fitting:
        found.append(rule)
        if not rule.on:
            break
    return found


def _one(patterns: Sequence[str], values: Sequence[str]) -> bool:
    if not patterns:
        return True
    return any(fnmatchcase(value, pattern) for value in values for pattern in patterns if value)


def _first(values: Iterable[T]) -> T | None:
    return next((value for value in values if value), None)


def _why(new: NewTicket, wished: int, fitting: Sequence[Rule], judged: Judgement | None) -> str:
    parts = [f"rule {rule.name}" for rule in fitting] or ["no rule fits"]
    if wishes := [wish for wish in (new.queue, f"tier {wished}" if wished else "") if wish]:
        parts.append(f"wished for: {', '.join(wishes)}")
    if judged is not None:
        sure = "" if judged.sure else ", not sure enough"
        parts.append(f"text like {judged.category} ({judged.probability:.0%}{sure})")
    return "; ".join(parts)
