"""What the Discord tests share: an adapter that runs against the local server, and a bot of our own."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.client import Connection
from adapters.listening import ListeningRules
from bot.channel import Deletion, Edit, Heard, Incoming, Outgoing, Rating
from bot.views import Accepted
from tests.servers.discord.discord_server import TOKEN, DiscordServer
from tests.servers.discord.payloads import FORUM, Payload

EVERYWHERE = ListeningRules(mode="all")


class KeptMarks:
    """Bookmarks in memory: a real store, that outlives the adapters of a test."""

    def __init__(self) -> None:
        self.marks: dict[tuple[str, str], str] = {}

    async def load(self, channel: str) -> dict[str, str]:
        return {place: mark for (name, place), mark in self.marks.items() if name == channel}

    async def save(self, channel: str, place: str, mark: str) -> None:
        self.marks[channel, place] = mark


class MarksInFile(KeptMarks):
    """Bookmarks that outlive the process, also when it is killed while it writes."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        for channel, place, mark in json.loads(file.read_text()) if file.exists() else ():
            self.marks[channel, place] = mark

    async def save(self, channel: str, place: str, mark: str) -> None:
        await super().save(channel, place, mark)
        written = self.file.with_suffix(".new")
        written.write_text(json.dumps([[*key, mark] for key, mark in self.marks.items()]))
        written.replace(self.file)


@dataclass
class Ears:
    """A `receive` that keeps what it is given, once, and can be told to fail."""

    server: DiscordServer
    heard: list[Heard] = field(default_factory=list)
    calls: int = 0
    failures: int = 0
    on_message: Callable[[Incoming], Any] | None = None

    async def receive(self, heard: Heard) -> Accepted:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        known = isinstance(heard, Incoming) and heard.external_id in self.ids
        if not known:
            self.heard.append(heard)
        self.server.changed()
        if isinstance(heard, Incoming) and not known and self.on_message:
            self.on_message(heard)
        return Accepted(len(self.heard), new=not known)

    @property
    def messages(self) -> list[Incoming]:
        return [each for each in self.heard if isinstance(each, Incoming)]

    @property
    def ids(self) -> set[str]:
        return {each.external_id for each in self.messages}

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.messages]

    def of(self, kind: type[Rating] | type[Edit] | type[Deletion]) -> list[Any]:
        return [each for each in self.heard if isinstance(each, kind)]

    async def until(self, count: int) -> list[Incoming]:
        """The messages, once there are so many."""
        await self.server.until(lambda: len(self.messages) >= count)
        return self.messages


@dataclass
class Shop:
    """One server with a help channel, a forum, and people."""

    discord: DiscordServer
    ears: Ears
    marks: KeptMarks = field(default_factory=KeptMarks)

    def __post_init__(self) -> None:
        world = self.discord.world
        self.guild = world.guild("Shop")
        self.help = world.channel(self.guild, "help")
        self.forum = world.channel(self.guild, "questions", FORUM, ("Answered", "Needs human"))
        self.ana, self.ben = world.user("Ana"), world.user("Ben")

    def thread(self, message: Payload) -> Payload:
        return self.discord.world.channels[int(message["id"])]


def adapter_for(
    server: DiscordServer,
    marks: KeptMarks,
    rules: ListeningRules = EVERYWHERE,
    **more: Any,
) -> DiscordAdapter:
    """An adapter for the server on this machine."""
    return adapter_at(server.api_url, server.gateway.url, marks, rules, **more)


def adapter_at(
    api_url: str,
    gateway_url: str,
    marks: KeptMarks,
    rules: ListeningRules = EVERYWHERE,
    *,
    silence: float = 60.0,
    broken_pause: float = 300.0,
    **more: Any,
) -> DiscordAdapter:
    """An adapter without the waits that only Discord itself needs."""
    connection = Connection(
        api_url=api_url,
        gateway_url=gateway_url,
        ready_after=0.1,
        identify_pause=0.0,
        again_after=0.1,
        first_pause=0.1,
        silence=silence,
        broken_pause=broken_pause,
    )
    return DiscordAdapter(TOKEN, rules, marks, connection=connection, **more)


@contextlib.asynccontextmanager
async def running(adapter: DiscordAdapter, ears: Ears) -> AsyncIterator[DiscordAdapter]:
    """The adapter, connected and caught up."""
    listening = asyncio.create_task(adapter.run(ears.receive))
    try:
        await ears.server.until(lambda: listening.done() or adapter.caught_up)
        if listening.done():
            await listening
        yield adapter
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def answer(to: Incoming, text: str = "Here is how.", key: str = "", **more: Any) -> Outgoing:
    """An answer of a test's own."""
    return Outgoing(key or f"k{to.external_id}", to.address, text, **{"sort": "answer", **more})
