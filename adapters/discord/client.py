"""The connection to Discord: discord.py's client, its events handed to the ear and the hand.

AutoShardedClient asks Discord how many shards it wants: one for most, more for the large.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord import catch_up
from adapters.discord.commands import COMMANDS
from adapters.discord.errors import FAILURES, NoMessageText, send_error
from adapters.discord.hearing import Hearing
from adapters.discord.pressing import Pressing

log = logging.getLogger(__name__)

LONGEST_BACKOFF = 5
"""As a power of two: at most 32 s between two tries to connect."""
API_URL = "https://discord.com/api/v10"
GATEWAY_URL = "wss://gateway.discord.gg/"


@dataclass(frozen=True, slots=True)
class Connection:
    """How Discord is reached.

    `ready_after`: the start is over when no further server has come for so many seconds.
    `identify_pause`: Discord allows one new session of a bot in 5 s. `again_after`: a
    catch-up that Discord did not let finish is tried again after so many seconds.
    `silence`: a connection over which nothing came for so long is dead. `broken_pause`: the
    seconds between two logins with a token that Discord refused, for refusals bring a ban.
    `first_pause`: those after another failure; doubled up to a minute while it lasts.
    """

    api_url: str = API_URL
    gateway_url: str = GATEWAY_URL
    ready_after: float = 2.0
    identify_pause: float = 5.0
    again_after: float = 15.0
    silence: float = 60.0
    broken_pause: float = 300.0
    first_pause: float = 2.0


def point_library(connection: Connection) -> None:
    """Tell discord.py where Discord is. It keeps that in two globals, so all the clients of a
    process talk to one Discord."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody calls us
    Route.BASE = connection.api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(connection.gateway_url)


def intents() -> discord.Intents:
    """What the bot asks to be told: servers, and messages with their text."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)


def sees_text(flags: discord.ApplicationFlags | None) -> bool:
    """Whether Discord gives the application the text of messages."""
    return flags is not None and (
        flags.gateway_message_content or flags.gateway_message_content_limited
    )


class DeskClient(discord.AutoShardedClient):
    """One login. Made anew after every one that ended."""

    def __init__(self, connection: Connection, hearing: Hearing) -> None:
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=connection.ready_after,
            max_ratelimit_timeout=30.0,
            heartbeat_timeout=connection.silence,
        )
        self.connection = connection
        self.hearing = hearing
        self.pressing = Pressing(self, hearing)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.streaming: set[int] = set()
        self.caught_up = -1
        self._leaving: asyncio.Future[None] | None = None

    async def setup_hook(self) -> None:
        """After the login: is the text of messages given, and does Discord know our commands."""
        if self.application is None or not sees_text(self.application.flags):
            raise NoMessageText
        await self.http.bulk_upsert_global_commands(self.application.id, COMMANDS)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if not initial:
            await asyncio.sleep(self.connection.identify_pause)

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """To the gateway of the settings, where it is not Discord's own."""
        ours = self.connection.gateway_url
        await super().launch_shard(
            gateway if ours == GATEWAY_URL else yarl.URL(ours), shard_id, initial=initial
        )
        shard = self.get_shard(shard_id)
        if shard is not None:  # else its pauses grow to 17 minutes, long after an outage has ended
            shard._parent._backoff._max = LONGEST_BACKOFF

    async def close(self) -> None:
        """Leave, with nothing of ours left running; also when who waits for it is cancelled."""
        if self._leaving is None:
            self._leaving = asyncio.ensure_future(self._leave())
        await asyncio.shield(self._leaving)

    async def _leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await super().close()

    def track(self) -> None:
        """discord.py starts a task for each event and forgets it; `close` must not."""
        task = asyncio.current_task()
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Something whose result nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A new session: whatever was said since the last one ended has been missed."""
        assert self.user is not None  # noqa: S101 discord.py sets it before this event
        log.info("Discord: shard %s begins a new session", shard_id)
        self.streaming.discard(shard_id)
        await self.hearing.gap(self.user.id, discord.utils.utcnow())

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Until it is back, nobody can say up to when all was heard."""
        self.streaming.discard(shard_id)
        self.hearing.marks.complete = False

    async def on_shard_ready(self, shard_id: int) -> None:
        await self.streams(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        await self.streams(shard_id)

    async def streams(self, shard_id: int) -> None:
        """A shard hears all from now on; with the last one the catch-up begins, if there was a gap.

        (discord.py's `on_ready` is silent when only one of several shards began anew.)
        """
        self.track()
        self.streaming.add(shard_id)
        while len(self.streaming) == self.shard_count and not self.hearing.marks.complete:
            session = self.hearing.session
            done = self.caught_up == session or await self.catch_up()
            if session != self.hearing.session:
                return
            if done:
                self.caught_up = session
                self.hearing.marks.complete = len(self.streaming) == self.shard_count
            else:
                await asyncio.sleep(self.connection.again_after)

    async def catch_up(self) -> bool:
        """Read everywhere what was missed; False when Discord did not let us everywhere."""
        hearing = self.hearing
        since = hearing.marks.since
        found = read = 0
        try:
            async for channel in self.served(since):
                async with hearing.lock(channel.id):
                    found += await hearing.missed(channel)
                read += 1
                if read % 25 == 0:
                    log.info("Discord: caught up with %s places, %s messages", read, found)
        except FAILURES as error:
            log.warning("Discord: catch-up stopped after %s places: %s", read, send_error(error))
            return False
        log.info("Discord: caught up since %s: %s messages", since, found)
        return True

    async def served(self, since: datetime) -> AsyncIterator[Any]:
        """All places in which something may have been said to us."""
        halls = list(catch_up.halls(self.guilds, self.hearing.rules))
        for hall in halls:
            if isinstance(hall, discord.TextChannel):
                yield hall
        async for thread in catch_up.threads(halls, since):
            yield thread
        for direct in self.hearing.marks.directs():
            channel = await self.place(direct)
            if channel is not None:
                yield channel

    async def place(self, channel_id: int) -> Any:
        """A channel or thread by its id; None when it is gone or hidden."""
        try:
            return self.get_channel(channel_id) or await self.fetch_channel(channel_id)
        except (discord.Forbidden, discord.NotFound, discord.InvalidData):
            return None

    async def on_message(self, message: discord.Message) -> None:
        self.track()
        if isinstance(message.channel, discord.PartialMessageable):
            await self.of_unknown_place(message)
        else:
            await self.hearing.message(message)

    async def of_unknown_place(self, message: discord.Message) -> None:
        """A thread that was closed until now: Discord tells only its id."""
        channel = await self.place(message.channel.id)
        if channel is None:
            log.info("message %s ignored: its channel cannot be seen", message.id)
            return
        message.channel = channel
        await self.hearing.message(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        self.track()
        message, before = payload.message, payload.cached_message
        unchanged = before is not None and before.content == message.content
        if message.edited_at is not None and not unchanged:
            await self.hearing.edited(message, message.edited_at)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self.gone(payload.channel_id, {payload.message_id})

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self.gone(payload.channel_id, payload.message_ids)

    async def gone(self, channel_id: int, message_ids: set[int]) -> None:
        self.track()
        channel = await self.place(channel_id)
        if channel is not None:
            await self.hearing.deleted(channel, message_ids, discord.utils.utcnow())

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.track()
        await self.pressing.interaction(interaction)
