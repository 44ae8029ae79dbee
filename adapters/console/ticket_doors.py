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
from bot.people import Act, Person, may
from bot.views import TicketLine


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class TicketDoors:
    """`readers` are those who look at tickets now; they are known to this process alone.

            `seen` is told whenever somebody does something: a sign of life.
     `see` is told up to
    which event of a ticket somebody looked at it; `similar` gives solved tickets like one, the
    nearest first, each with its nearness from 0 to 1.
    """

    console: Console
    accounts: Accounts
    drafts: Drafts
    macros: Macros
    centre: HelpCentre
    seen: Callable[[str], None]
    readers: Readers = field(default_factory=Readers)
    clock: Callable[[], datetime] = _now
    see: Callable[[Person, int, int], None] | None = None
    similar: Callable[[Person, int], Sequence[tuple[TicketLine, float]]] | None = None

    def people(self) -> tuple[AccountLine, ...]:
        """All accounts, also those that are disabled: they are named in what was done."""
        return self.accounts.listed()


def colleagues(known: Sequence[AccountLine], tier: int) -> list[AccountLine]:
    """Who may be given a ticket of that tier."""
    return [each for each in known if not each.disabled and may(each.person, Act.WORK, tier=tier)]
