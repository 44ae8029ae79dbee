"""Triage channels of a desk, from its settings.

triages(settings)        where the cards of each queue are
agents_side(place, …)    the agents' door on platforms; None when no queue has a triage channel
at_work(desk, …)         the worker, and the cards beside it
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import card_worker, worker
from bot.accounts import Accounts
from bot.agents_side import AgentsSide, Triage
from bot.channel import Adapter, Address
from bot.console import Console
from bot.desk import Database, Desk
from bot.presence import Presence
from config.platforms import Platform
from config.settings import Settings
from config.wiring import Place


def triages(settings: Settings) -> tuple[Triage, ...]:
    """The queues that have a triage channel, in the order of the settings."""
    return tuple(
        Triage(each.name, each.tier, Address(*each.triage.split(":", 1)))
        for each in settings.queues
        if each.triage
    )


def agents_side(
    place: Place, database: Database, console: Console, accounts: Accounts, site: str
) -> AgentsSide | None:
    """What agents do in triage channels goes through this."""
    found = triages(place.settings)
    if not found:
        return None
    timeout = timedelta(minutes=place.settings.presence.timeout_minutes)
    return AgentsSide(
        database,
        console,
        accounts.person_of,
        found,
        prefix=place.settings.tickets.reply_prefix,
        site=site,
        seen=Presence(database, timeout).seen,
    )


async def at_work(
    desk: Desk,
    adapters: Sequence[Adapter],
    pace: worker.Pace,
    chores: Sequence[worker.Chore],
    agents: AgentsSide | None,
    platforms: Sequence[Platform],
    roles: worker.Roles,
) -> None:
    """The worker; with triage channels, the cards beside it."""
    if agents is None:
        return await worker.run(desk, adapters, pace, chores, roles)
    work = worker.run(desk, adapters, pace, (*chores, agents.rung), roles)
    return await card_worker.beside(work, card_worker.run(agents, platforms))
