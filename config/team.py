"""Tiers, queues, routing, policies and escalation from the settings, as `bot` knows them.

refuse_unknown_names(settings)   every name that is used stands for something; else the key is said
desk_rules(settings)             queues and routing rules
policies(settings, …)            the SLA policies of a queue
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from config.hours import hours_by_name
from config.problems import SettingsRefused, suggestion

if TYPE_CHECKING:
    from config.settings import Settings


def refuse_unknown_names(settings: Settings) -> None:
    """Raises SettingsRefused with the key's path for a name that stands for nothing or for two."""
    _once("hours", [each.name for each in settings.hours])
    _once("queues", [each.name for each in settings.queues])
    _once("groups", [each.name for each in settings.groups])
    _once("sla", [each.name for each in settings.sla])
    _once("routing", [each.name for each in settings.routing])
    _once("escalation", [each.name for each in settings.escalation])
    _once("tiers", [str(each.number) for each in settings.tiers], "number")
    hours_by_name(settings.hours)
    hours = [each.name for each in settings.hours]
    queues = [each.name for each in settings.queues]
    groups = [each.name for each in settings.groups]
    tiers = [str(each.number) for each in settings.tiers]
    for n, queue in enumerate(settings.queues, start=1):
        _known(f"queues[{n}].tier", [str(queue.tier)], tiers, "tiers")
        _known(f"queues[{n}].hours", [queue.hours], hours, "hours")
        _known(f"queues[{n}].groups", queue.groups, groups, "groups")
    for n, rule in enumerate(settings.routing, start=1):
        _known(f"routing[{n}].queue", [rule.queue], queues, "queues")
        _known(f"routing[{n}].tier", [str(rule.tier or "")], tiers, "tiers")
    for n, policy in enumerate(settings.sla, start=1):
        _known(f"sla[{n}].hours", [policy.hours], hours, "hours")
    for n, each in enumerate(settings.escalation, start=1):
        _known(f"escalation[{n}].queues", each.queues, queues, "queues")
        _known(f"escalation[{n}].to", [each.to], queues, "queues")
        if each.when == "unassigned" and not each.after:
            raise SettingsRefused(f"escalation[{n}].after: say after how long, such as 1h.")
    _known("tickets.first_tier", [str(settings.tickets.first_tier)], tiers, "tiers")


def _once(table: str, names: Sequence[str], key: str = "name") -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        second = [n for n, name in enumerate(names, start=1) if name == twice[0]][1]
        raise SettingsRefused(
            f"{table}[{second}].{key}: {twice[0]} is there already. Name it anew."
        )


def _known(key: str, names: Iterable[str], known: Collection[str], table: str) -> None:
    for name in names:
        if name and name not in known:
            raise SettingsRefused(
                f"{key}: there is no {name!r} in [[{table}]]. {suggestion(name, known, 'Known')}"
            )
