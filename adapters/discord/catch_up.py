"""What was written while we were not there, read from Discord's history."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import Any

import discord

from adapters.discord.errors import send_error
from adapters.discord.messages import places
from adapters.listening import ListeningRules, Overheard, closed_place

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


def halls(
    guilds: Iterable[discord.Guild], rules: ListeningRules
) -> Iterator[discord.TextChannel | discord.ForumChannel]:
    """The channels of the servers that the bot can read, and where it may speak."""
    for guild in guilds:
        for channel in guild.channels:
            if (
                isinstance(channel, discord.TextChannel | discord.ForumChannel)
                and channel.permissions_for(guild.me).read_message_history
                and not closed_place(rules, Overheard(places(channel)))
            ):
                yield channel


async def threads(
    channels: Iterable[discord.TextChannel | discord.ForumChannel], since: datetime
) -> AsyncIterator[discord.Thread]:
    """The threads in which something may have been written since then: all open ones, and those
    that were closed meanwhile."""
    for channel in channels:
        for thread in list(channel.threads):
            yield thread
        async for thread in closed(channel.archived_threads(limit=None), since):
            yield thread
        if isinstance(channel, discord.TextChannel):
            tickets = channel.archived_threads(private=True, limit=None)
            async for thread in closed(tickets, since):
                yield thread


async def closed(
    newest_first: AsyncIterator[discord.Thread], since: datetime
) -> AsyncIterator[discord.Thread]:
    """Those closed since then; none where the bot may not see them."""
    try:
        async for thread in newest_first:
            if thread.archive_timestamp < since:
                return
            yield thread
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("closed threads cannot be read: %s", send_error(error))
