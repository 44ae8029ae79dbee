"""The tickets that a requester has already, for offering them when they ask the same again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.meaning import about
from bot.responders.same import Earlier
from bot.store import same_ask
from bot.store.database import Database
from bot.turn import Turn


def earlier_of(database: Database, within: timedelta) -> Callable[[Turn], list[Earlier]]:
    """What the requester of a turn opened in other conversations at most so long ago, and is
    worked on."""

    def earlier(turn: Turn) -> list[Earlier]:
        since = turn.now - within
        found = database.browse(lambda s: same_ask.elsewhere(s, turn.conversation, since))
        return [Earlier(t.id, t.subject, about(t.subject, t.summary)) for t in found]

    return earlier
