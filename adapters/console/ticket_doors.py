"""What the page of a ticket goes through to the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.console.ticket_readers import Readers
from bot.accounts import AccountLine, Accounts
from bot.console import Console
from bot.drafts import Drafts
from bot.help_centre import HelpCentre
from bot.macros import Macros
from bot.people import Act, may


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class TicketDoors:
    """`readers` are those who look at tickets now; they are known to this process alone."""

    console: Console
    accounts: Accounts
    drafts: Drafts
    macros: Macros
    centre: HelpCentre
    readers: Readers = field(default_factory=Readers)
    clock: Callable[[], datetime] = _now

    def people(self) -> tuple[AccountLine, ...]:
        """All accounts, also those that are disabled: they are named in what was done."""
        return self.accounts.listed()


def colleagues(known: Sequence[AccountLine], tier: int) -> list[AccountLine]:
    """Who may be given a ticket of that tier."""
    return [each for each in known if not each.disabled and may(each.person, Act.WORK, tier=tier)]
