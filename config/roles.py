"""What this process does of the desk's work, where several share a database."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channel import Adapter
from bot.desk import Database
from bot.held_channel import HeldChannel
from bot.worker import Chore, Roles
from config.platforms import Connected, Platform
from config.wiring import Place


def held(channels: Sequence[Platform], database: Database) -> Sequence[Connected]:
    """Where many processes share the work, one of them is connected to each platform."""
    member = database.member
    return [HeldChannel(each, member) for each in channels] if member else channels


def roles(place: Place, web: Sequence[Adapter], platforms: Sequence[Adapter]) -> Roles:
    """The roles of the settings."""
    ours = place.settings.process.roles
    heard = [*(web if "web" in ours else ()), *(platforms if "channels" in ours else ())]
    names = frozenset(each.name for each in heard)
    return Roles(turns="turns" in ours, deliveries="deliveries" in ours, hears=names)


def chores_here(place: Place, chores: Sequence[Chore]) -> Sequence[Chore]:
    """All of them in a process with the role `clock`, else none."""
    return chores if "clock" in place.settings.process.roles else ()
