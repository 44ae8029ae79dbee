"""Tickets and the agents' door of a desk, from its settings.

opening(place)              how tickets are opened, for the desk and for flows
console_over(place, …)      the console, beside the desk
ticket_doors(…)             what the page of a ticket goes through
"""

from __future__ import annotations

from datetime import timedelta

from adapters.console.ticket_doors import TicketDoors
from bot.accounts import Accounts
from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.drafts import Drafts
from bot.help_centre import HelpCentre
from bot.macros import Macros
from bot.opening import Opening, TicketRules
from bot.wording import Wording
from config.problems import SettingsRefused
from config.team_rules import team
from config.wiring import Place


def opening(place: Place) -> Opening:
    """What is agreed about tickets. Raises SettingsRefused for times that cannot be."""
    agreed = place.settings.tickets
    try:
        rules = TicketRules(
            tiers=tuple(sorted({*agreed.tiers, agreed.first_tier})),
            reopen_within=timedelta(hours=agreed.reopen_hours),
            close_after=timedelta(hours=agreed.close_hours),
            team=agreed.team_name,
        )
    except ValueError as error:
        raise SettingsRefused(f"tickets: {error}.") from None
    return Opening(rules=rules)


def console_over(place: Place, database: Database, desk: Desk, say: Wording) -> Console:
    """The agents' door of the desk. Raises SettingsRefused."""
    return Console(
        database,
        wording=ConsoleWording(
            merged=lambda old, new: say("merged", old=old, new=new),
        ),
        opening=opening(place),
        firsts=desk.firsts,
        team=team(place.settings),
    )


def ticket_doors(
    console: Console, database: Database, accounts: Accounts, centre: HelpCentre
) -> TicketDoors:
    """What the page of a ticket goes through."""
    return TicketDoors(console, accounts, Drafts(database), Macros(database), centre)
