"""Triage channels of a desk, from its settings.

triages(settings)        where the cards of each queue are
agents_side(place, …)    the agents' door on platforms; None when no queue has a triage channel
"""

from __future__ import annotations

from bot.accounts import Accounts
from bot.agents_side import AgentsSide, Triage
from bot.channel import Address
from bot.console import Console
from bot.desk import Database
from bot.passwords import Passwords
from config.settings import Settings
from config.wiring import Place


def triages(settings: Settings) -> tuple[Triage, ...]:
    """The queues that have a triage channel, in the order of the settings."""
    return tuple(
        Triage(each.name, each.tier, Address(*each.triage.split(":", 1)))
        for each in settings.queues
        if each.triage
    )


def agents_side(place: Place, database: Database, console: Console, site: str) -> AgentsSide | None:
    """What agents do in triage channels goes through this."""
    found = triages(place.settings)
    if not found:
        return None
    accounts = Accounts(database, Passwords())
    prefix = place.settings.tickets.reply_prefix
    return AgentsSide(database, console, accounts.person_of, found, prefix=prefix, site=site)
