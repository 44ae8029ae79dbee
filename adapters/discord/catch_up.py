"""What was written while we were not there, read from Discord's history."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import Any

import discord

from adapters.discord.errors import send_error

log = logging.getLogger(__name__)


async def missed_in(channel: Any, after: int) -> AsyncIterator[discord.Message]:
    """The messages of a channel after an id, oldest first; nothing is asked when there are none."""
    newest = getattr(channel, "last_message_id", None)
    if newest is not None and newest <= after:
        return
    async for message in channel.history(
        limit=None, after=discord.Object(after), oldest_first=True
    ):
        yield message


def halls(guilds: Iterable[discord.Guild]) -> Iterator[discord.TextChannel | discord.ForumChannel]:
    """The channels of the servers that the bot can read."""
    for guild in guilds:
        for channel in guild.channels:
            if isinstance(channel, discord.TextChannel | discord.ForumChannel):
                yield channel


async def threads(
    guilds: Iterable[discord.Guild], since: datetime
) -> AsyncIterator[discord.Thread]:
    """The threads in which something may have been written since then: all open ones, and those
    that were closed meanwhile."""
    for guild in guilds:
        for thread in list(guild.threads):
            yield thread
    for channel in halls(guilds):
        try:
            async for thread in channel.archived_threads(limit=None):
                if thread.archive_timestamp < since:
                    break
                yield thread
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("closed threads of %s cannot be read: %s", channel.id, send_error(error))
