"""Tickets and the agents' door of a desk, from its settings.

opening(place, model)       how tickets are opened, for the desk and for flows
console_over(place, …)      the console, beside the desk
ticket_clock(place, …)      what time does to tickets
"""

from __future__ import annotations

from datetime import timedelta

from adapters.console.inbox_doors import InboxDoors
from bot.accounts import Accounts
from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.faults import Fault, no_fault
from bot.meaning import Meaning
from bot.opening import Opening, TicketRules
from bot.people import Person
from bot.presence import Presence
from bot.ticket_clock import TicketClock
from bot.wording import Wording
from bot.worklist import Worklist
from config.problems import SettingsRefused
from config.team_rules import CATEGORIES, routing, team
from config.wiring import Place
from knowledge.alike import Alike
from knowledge.embedder import Embedder


def opening(place: Place, model: Embedder) -> Opening:
    """How tickets are opened and where they go. Raises SettingsRefused, CategoriesRefused."""
    route = routing(place.settings, model, place.var / CATEGORIES)
    return Opening(rules=ticket_rules(place), route=route)


def ticket_rules(place: Place) -> TicketRules:
    """What is agreed about tickets. Raises SettingsRefused for times that cannot be."""
    agreed = place.settings.tickets
    try:
        return TicketRules(
            tiers=tuple(sorted(tier.number for tier in place.settings.tiers)),
            reopen_within=timedelta(hours=agreed.reopen_hours),
            close_after=timedelta(hours=agreed.close_hours),
            team=agreed.team_name,
        )
    except ValueError as error:
        raise SettingsRefused(f"tickets: {error}.") from None


def ticket_clock(
    place: Place, database: Database, accounts: Accounts, fault: Fault = no_fault
) -> TicketClock:
    """Warnings, breaches, escalation, waking and handing out."""

    def people() -> dict[str, Person]:
        return {each.login: each.person for each in accounts.listed() if not each.disabled}

    rules = ticket_rules(place)
    return TicketClock(database, team(place.settings), rules, people=people, fault=fault)


def inbox_doors(
    place: Place, database: Database, console: Console, accounts: Accounts, model: Embedder
) -> InboxDoors:
    """What the inbox goes through."""
    settings = place.settings
    meaning = Meaning(database, Alike(model))
    timeout = timedelta(minutes=settings.presence.timeout_minutes)
    return InboxDoors(
        console,
        Worklist(database, console),
        accounts,
        Presence(database, timeout),
        meaning,
        tiers=ticket_rules(place).tiers,
        queues=tuple(queue.name for queue in settings.queues),
    )


def console_over(
    place: Place, database: Database, desk: Desk, say: Wording, model: Embedder
) -> Console:
    """The agents' door of the desk. Raises SettingsRefused."""
    return Console(
        database,
        wording=ConsoleWording(
            merged=lambda old, new: say("merged", old=old, new=new),
        ),
        opening=opening(place, model),
        firsts=desk.firsts,
    )
