"""What the inbox goes through to the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.accounts import AccountLine, Accounts
from bot.console import Console
from bot.meaning import Meaning
from bot.people import Act, may_somewhere
from bot.presence import Presence
from bot.worklist import Worklist


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class InboxDoors:
    """`tiers` and `queues` are those of the settings; without a `meaning` lists are searched by
    words alone."""

    console: Console
    lists: Worklist
    accounts: Accounts
    presence: Presence
    meaning: Meaning | None = None
    tiers: tuple[int, ...] = (1, 2, 3)
    queues: tuple[str, ...] = ("support",)
    clock: Callable[[], datetime] = _now

    def people(self) -> tuple[dict[str, str], list[AccountLine]]:
        """How all accounts are called, also disabled ones; and who may be given tickets."""
        known = self.accounts.listed()
        able = [e for e in known if not e.disabled and may_somewhere(e.person, Act.WORK)]
        return {each.id: each.name for each in known}, able
