"""Tickets and the agents' door of a desk, from its settings.

opening(place, model)       how tickets are opened, for the desk and for flows
console_over(place, …)      the console, beside the desk
ticket_clock(place, …)      what time does to tickets
ticket_doors(…)             what the page of a ticket goes through
closings(place, …)          what tells requesters of solutions, and hears what they say of them
"""

from __future__ import annotations

from datetime import timedelta

from adapters.console.inbox_doors import InboxDoors
from adapters.console.ticket_doors import TicketDoors
from bot.accounts import Accounts
from bot.ask import Asking
from bot.closings import Closings
from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.drafts import Drafts
from bot.earlier import earlier_of
from bot.faults import Fault, no_fault
from bot.first_attempts import FirstAttempts
from bot.help_centre import HelpCentre
from bot.macros import Macros
from bot.meaning import Meaning
from bot.opening import Opening, TicketRules
from bot.people import Person
from bot.presence import Presence
from bot.responders.same import same
from bot.retention import Retention, Terms
from bot.ticket_clock import TicketClock
from bot.turn import Respond
from bot.wording import Wording
from bot.worker import Chore
from bot.worklist import Worklist
from config.problems import SettingsRefused
from config.team_rules import CATEGORIES, routing, team
from config.wiring import Place, now
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


def same_ask(
    place: Place, database: Database, respond: Respond, model: Embedder, how: Asking
) -> Respond:
    """Who asks the same again is shown the ticket they have."""
    rules = ticket_rules(place)
    return same(
        respond,
        earlier_of(database, rules.same_within),
        Alike(model).alike,
        how.say,
        least=rules.same,
        tier=place.settings.tickets.first_tier,
    )


def inbox_doors(
    place: Place, database: Database, console: Console, accounts: Accounts, model: Embedder
) -> tuple[InboxDoors, Chore]:
    """What the inbox goes through, and the chore that works out what tickets are about."""
    settings = place.settings
    meaning = Meaning(database, Alike(model))
    timeout = timedelta(minutes=settings.presence.timeout_minutes)
    doors = InboxDoors(
        console,
        Worklist(database, console),
        accounts,
        Presence(database, timeout),
        meaning,
        tiers=ticket_rules(place).tiers,
        queues=tuple(queue.name for queue in settings.queues),
    )
    return doors, meaning.work


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
        team=team(place.settings),
    )


def ticket_doors(
    console: Console,
    database: Database,
    accounts: Accounts,
    centre: HelpCentre,
    inbox: InboxDoors,
) -> TicketDoors:
    """What the page of a ticket goes through."""
    return TicketDoors(
        console,
        accounts,
        Drafts(database),
        Macros(database),
        centre,
        Presence(database).seen,
        see=inbox.lists.see,
        similar=inbox.meaning.similar if inbox.meaning else None,
    )


def closings(
    place: Place, database: Database, say: Wording, firsts: FirstAttempts | None = None
) -> Closings:
    """What tells requesters of solutions; `firsts` are the desk's."""
    return Closings(database, say, ticket_rules(place), firsts=firsts)


def telling(place: Place, database: Database, desk: Desk, say: Wording) -> tuple[Chore, ...]:
    """The chore that tells requesters of solutions; none when the settings have it off."""
    if not place.settings.tickets.closing_message:
        return ()
    return (closings(place, database, say, desk.firsts).tell,)


def retention_over(place: Place, database: Database) -> Retention:
    """What deletes what was kept long enough."""
    kept = place.settings.retention
    conversations, tickets, lines = (
        timedelta(days=days) if days else None
        for days in (kept.conversations_days, kept.tickets_days, kept.audit_days)
    )
    return Retention(database, Terms(conversations, tickets, lines), now)
