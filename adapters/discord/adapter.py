"""The Discord channel: an ear that listens until it is cancelled, and a voice."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from adapters.discord.agents import Agents
from adapters.discord.client import Connection, DeskClient, point_library
from adapters.discord.errors import FAILURES, send_error
from adapters.discord.hearing import Hearing, OwnTickets, Suggest, no_tickets, nothing_to_suggest
from adapters.discord.marks import Marks
from adapters.discord.places import read_place
from adapters.discord.speaking import speak, tag, tags_of, typing
from adapters.listening import AsksPeople, ListeningRules, nobody_asks
from adapters.text import at_site
from bot.agents_side import AgentsSide, CardPosting
from bot.channel import Bookmarks, Incoming, Outgoing, Receive, SendError

log = logging.getLogger(__name__)

NAME = "discord"
SEND_WITHIN = 50.0
LONGEST_PAUSE = 60.0
DISCORD_DEFAULT = Connection()


class DiscordAdapter:
    """Hears and speaks on Discord with one bot token.

    `site`: the address that links to our own pages begin with.
    `quiet`: a direct message after so long a silence begins a new conversation.
    `asks_people` tells whose replies are for people who took over, `suggest` how an `/ask` may go on.
    `own_tickets` are those that `/ticket show:list` shows. With `agents` tickets have cards in triage channels.
    `text_limit`, `image_limit`: the largest text file and image that is fetched, in bytes.
    """

    def __init__(
        self,
        token: str,
        rules: ListeningRules,
        bookmarks: Bookmarks,
        *,
        site: str = "",
        quiet: timedelta = timedelta(hours=8),
        text_limit: int = 200_000,
        image_limit: int = 8_000_000,
        asks_people: AsksPeople = nobody_asks,
        agents: AgentsSide | None = None,
        suggest: Suggest = nothing_to_suggest,
        own_tickets: OwnTickets = no_tickets,
        connection: Connection = DISCORD_DEFAULT,
    ) -> None:
        self._token = token
        self._site = site
        self._connection = connection
        self._marks = Marks(bookmarks, NAME)
        self._hearing = Hearing(
            NAME,
            rules,
            self._marks,
            quiet=quiet,
            text_limit=text_limit,
            image_limit=image_limit,
            asks_people=asks_people,
            suggest=suggest,
            own_tickets=own_tickets,
        )
        self._agents = self._hearing.agents = Agents(agents, NAME) if agents else None
        self._client: DeskClient | None = None
        self._served = False
        self._fault = SendError("Discord: not connected yet", retry_after=1.0)

    @property
    def name(self) -> str:
        return NAME

    @property
    def caught_up(self) -> bool:
        """Whether it is connected, and all that was missed has been read."""
        return self._client is not None and self._marks.complete

    @property
    def trouble(self) -> str:
        """Why nothing is heard at the moment, for the health page; empty when all is well."""
        return "" if self._client is not None else str(self._fault)

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled. A refused token is logged, and tried again only now and then."""
        self._hearing.receive = receive
        point_library(self._connection)
        failures = 0
        while True:
            self._served = False
            try:
                await self._marks.load()
                await self._logged_in()
                self._fault = SendError("Discord: the connection was closed", retry_after=1.0)
            except FAILURES as error:
                self._fault = send_error(error)
            failures = 1 if self._served else failures + 1
            pause = self._pause(failures)
            log.error("Discord: %s. Trying again in %.0f s", self._fault, pause)
            await asyncio.sleep(pause)

    def _pause(self, failures: int) -> float:
        """Seconds until the next login, after so many in a row that came to nothing."""
        if self._fault.broken:
            return self._connection.broken_pause
        return min(LONGEST_PAUSE, self._connection.first_pause * 2.0 ** min(failures - 1, 10))

    async def _logged_in(self) -> None:
        """One login, from its start to its end."""
        client = DeskClient(self._connection, self._hearing)
        async with client, self._marks_written():
            try:
                await client.login(self._token)
                self._client = client
                await client.connect()
            finally:
                self._client = None
                self._served = client.caught_up >= 0
                await client.close()

    @contextlib.asynccontextmanager
    async def _marks_written(self) -> AsyncIterator[None]:
        """Every second, and once more when all is over, write down how far we have heard."""
        writing = asyncio.create_task(self._write_marks())
        try:
            yield
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await self._marks.flush()

    async def _write_marks(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            try:
                await self._marks.flush()
            except Exception:  # the store is away for a while; marks may be late
                log.exception("Discord: how far we have heard could not be written")

    async def send(self, outgoing: Outgoing) -> str:
        """Deliver one message; returns the id of the last Discord message it took. Raises SendError."""
        client = self._client
        if client is None:
            raise self._fault
        try:
            async with asyncio.timeout(SEND_WITHIN):
                sent = await speak(client, at_site(outgoing, self._site))
                if wanted := tags_of(outgoing):
                    await tag(client, read_place(outgoing.address.thread), wanted)
        except FAILURES as error:
            raise send_error(error) from error
        return sent

    async def post(self, posting: CardPosting) -> str:
        """Show something to agents. Raises SendError."""
        client, agents = self._client, self._agents
        if client is None or agents is None:
            raise self._fault
        try:
            async with asyncio.timeout(SEND_WITHIN):
                return await agents.post(client, posting)
        except FAILURES as error:
            raise send_error(error) from error

    async def working(self, incoming: Incoming) -> None:
        """Show that the bot types. Never raises."""
        client = self._client
        try:
            if client is not None:
                await typing(client, read_place(incoming.address.thread))
        except FAILURES as error:
            log.info("Discord: no typing sign: %s", send_error(error))
