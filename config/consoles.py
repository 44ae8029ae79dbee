"""Tickets and the agents' door of a desk, from its settings.

opening(place)              how tickets are opened, for the desk and for flows
console_over(place, …)      the console, beside the desk
closings(place, …)          what tells requesters of solutions, and hears what they say of them
"""

from __future__ import annotations

from datetime import timedelta

from bot.closings import Closings
from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.first_attempts import FirstAttempts
from bot.opening import Opening, TicketRules
from bot.wording import Wording
from bot.worker import Chore
from config.problems import SettingsRefused
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
    )


def closings(
    place: Place, database: Database, say: Wording, firsts: FirstAttempts | None = None
) -> Closings:
    """What tells requesters of solutions; `firsts` are the desk's."""
    return Closings(database, say, opening(place).rules, firsts=firsts)


def telling(place: Place, database: Database, desk: Desk, say: Wording) -> tuple[Chore, ...]:
    """The chore that tells requesters of solutions; none when the settings have it off."""
    if not place.settings.tickets.closing_message:
        return ()
    return (closings(place, database, say, desk.firsts).tell,)
