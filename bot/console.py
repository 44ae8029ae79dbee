"""The agents' door: lists, one ticket, and every act upon it. Beside the Desk, over the same database.

    looking   bot/console_views.py    inbox, counts, ticket, search, changes, events_after
    acting    bot/console_acts.py     claim … give_back: one event, one transaction
              bot/console_talk.py     reply, open, merge, split: what reaches requesters
              bot/console_people.py   who a requester is
    beside    bot/console_page.py     a page's clocks, files, and whether it is still true

Every act is given the Person who acts, asks `bot.people.may`, and is told on request which
version of the ticket it was decided upon: if another came meanwhile, it says who did what.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from bot.console_acts import Acts
from bot.console_page import Page
from bot.console_people import People
from bot.console_talk import Talk
from bot.console_views import Views
from bot.first_attempts import FirstAttempts
from bot.limits import Limits
from bot.opening import Opening
from bot.store.database import Database
from bot.team import Team
from bot.ticket_acts import (
    Acted,
    Asked,
    ConsoleWording,
    Forbidden,
    NoSuchTicket,
    StaleTicket,
    Written,
)
from bot.ticket_state import PRIORITIES, TYPES
from bot.tickets import ActRefused

__all__ = [
    "PRIORITIES",
    "TYPES",
    "ActRefused",
    "Acted",
    "Asked",
    "Console",
    "ConsoleWording",
    "Forbidden",
    "NoSuchTicket",
    "StaleTicket",
    "Written",
]


class Console(Views, Acts, Talk, People, Page):
    """One desk's tickets for those who work on them. Safe to be called from many threads.

    `name_of` is how an account is called, `team` who promised what. `firsts` is shared with the Desk, so that a
    reply's first delivery is known to be one.
    """

    def __init__(
        self,
        database: Database,
        *,
        wording: ConsoleWording,
        opening: Opening | None = None,
        limits: Limits | None = None,
        name_of: Callable[[str], str] = str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_key: Callable[[], str] = lambda: secrets.token_hex(12),
        firsts: FirstAttempts | None = None,
        team: Team | None = None,
    ) -> None:
        self._database = database
        self._wording = wording
        self._opening = opening or Opening()
        self._limits = limits or Limits()
        self._name_of = name_of
        self._clock = clock
        self._new_key = new_key
        self._firsts = firsts or FirstAttempts()
        self._team = team or Team()
