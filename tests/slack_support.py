"""A running Slack adapter over the local server, and what it heard."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters.slack.adapter import SlackAdapter
from adapters.slack.options import SlackOptions
from bot.channel import Heard, Incoming, Outgoing
from tests.servers.slack.server import SlackServer
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

Kind = TypeVar("Kind")


@dataclass
class Kept:
    """Bookmarks in memory; they outlive an adapter, as a database does."""

    marks: dict[str, str] = field(default_factory=dict)

    async def load(self, channel: str) -> dict[str, str]:
        return dict(self.marks)

    async def save(self, channel: str, place: str, mark: str) -> None:
        self.marks[place] = mark


@dataclass
class Bot:
    """The adapter, and all that its `receive` was given. It raises the `failures` first, and
    everything once it has heard `limit` things."""

    adapter: SlackAdapter
    heard: list[Heard] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    limit: int = 1_000_000
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, heard: Heard) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if len(self.heard) >= self.limit:
            raise RuntimeError("no room")
        self.heard.append(heard)
        async with self.changed:
            self.changed.notify_all()

    async def until(self, enough: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait until it is true."""
        async with asyncio.timeout(seconds):
            while not enough():  # noqa: ASYNC110 - what is looked at is the server's
                await asyncio.sleep(0.005)

    async def hears(self, count: int = 1) -> list[Any]:
        """What was heard, once it is so many things."""
        await self.until(lambda: len(self.heard) >= count)
        return list(self.heard)

    def incoming(self) -> list[Incoming]:
        return [each for each in self.heard if isinstance(each, Incoming)]


def options_for(slack: SlackServer, **changes: Any) -> SlackOptions:
    """Settings for the local server, without Slack's waiting."""
    return SlackOptions(
        **{
            "bot_token": BOT_TOKEN,
            "app_token": APP_TOKEN,
            "signing_secret": SIGNING_SECRET,
            "mode": slack.mode,
            "api_url": slack.api_url,
            "post_interval": 0.0,
            "port": int(slack.http.url.rpartition(":")[2].split("/")[0]) if slack.http.url else 0,
            "ping_interval": 2.0,
        }
        | changes
    )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def running(slack: SlackServer, bot: Bot) -> AsyncIterator[Bot]:
    """Run the adapter until the block ends; its own failure ends the test."""
    task = asyncio.create_task(bot.adapter.run(bot.receive))
    try:
        await bot.until(lambda: task.done() or bot.adapter._sending is not None)
        if slack.mode == "socket":
            await bot.until(lambda: task.done() or slack.socket.connected.is_set())
        else:
            await bot.until(lambda: task.done() or port_open(slack))
        if task.done():
            task.result()
        yield bot
        if task.done():
            task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def port_open(slack: SlackServer) -> bool:
    port = int(slack.http.url.rpartition(":")[2].split("/")[0])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def prepare(slack: SlackServer) -> None:
    """Two people, two channels, a direct message; what is there already stays."""
    if slack.workspace.channels:
        return
    slack.workspace.add_user("U1", "Ada")
    slack.workspace.add_user("U2", "Ben")
    slack.workspace.add_channel("C1", "help", "channel", "U1", "U2")
    slack.workspace.add_channel("C2", "talk", "channel", "U1", "U2")
    slack.workspace.add_channel("D1", "", "im", "U1")
    if slack.mode == "http" and not slack.http.url:
        slack.http.url = f"http://127.0.0.1:{free_port()}/slack/events"


@asynccontextmanager
async def slack_bot(slack: SlackServer, **changes: Any) -> AsyncIterator[Bot]:
    """A prepared workspace with a running bot in it."""
    prepare(slack)
    more = {k: changes.pop(k) for k in ("bookmarks", "show_home", "recall") if k in changes}
    limit = changes.pop("limit", 1_000_000)
    adapter = SlackAdapter(options_for(slack, **changes), **more)
    async with running(slack, Bot(adapter, limit=limit)) as bot:
        yield bot


def reply_to(incoming: Incoming, key: str = "k1", **changes: Any) -> Outgoing:
    """A message to say where something was heard."""
    given = {"key": key, "address": incoming.address, "text": "The answer."} | changes
    return Outgoing(**given)
