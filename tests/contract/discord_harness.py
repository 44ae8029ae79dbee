"""Discord under the contract of channels: the real client, against the Discord on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from adapters.discord.adapter import DiscordAdapter
from bot.channel import Adapter, Address, Choice, Heard, Receive, SendError
from tests.discord_support import KeptMarks, adapter_for
from tests.servers.discord.discord_server import DiscordServer, labels, texts
from tests.servers.discord.payloads import Payload


class Watched:
    """The adapter, with an eye on what became of the messages it handed over."""

    def __init__(self, adapter: DiscordAdapter) -> None:
        self._adapter = adapter
        self.kept: dict[str, Address] = {}
        self.not_kept = 0
        self.send = adapter.send
        self.name = adapter.name

    @property
    def caught_up(self) -> bool:
        return self._adapter.caught_up

    async def run(self, receive: Receive) -> None:
        async def watched(heard: Heard) -> Any:
            try:
                accepted = await receive(heard)
            except OSError:
                self.not_kept += 1
                raise
            self.kept[getattr(heard, "external_id", "")] = heard.address
            return accepted

        await self._adapter.run(watched)


class DiscordHarness:
    """Each thread is the direct messages of a user of its own."""

    redelivers: ClassVar[bool] = True
    threads: ClassVar[bool] = True
    fails: ClassVar[bool] = True
    bots: ClassVar[bool] = True
    catches_up: ClassVar[bool] = True
    adapter: Adapter

    def __init__(self, waiting: Callable[[Address], bool]) -> None:
        self._server = DiscordServer()
        self._channels: dict[str, Payload] = {}
        self._last: dict[str, Payload] = {}

    async def start(self) -> None:
        await self._server.__aenter__()
        self._server.world.guild("Shop")
        self._watched = Watched(adapter_for(self._server, KeptMarks()))
        self.adapter = self._watched

    async def stop(self) -> None:
        await self._server.__aexit__(None, None, None)

    def _channel(self, thread: str) -> Payload:
        world = self._server.world
        if thread not in self._channels:
            self._channels[thread] = world.direct(world.user(thread.title()))
        return self._channels[thread]

    async def say(self, text: str, *, thread: str = "main", again: bool = False) -> bool:
        await self._server.until(lambda: self._watched.caught_up)
        channel, before = self._channel(thread), self._watched.not_kept
        if again:
            await self._server.told("MESSAGE_CREATE", channel, self._last[thread])
        else:
            self._last[thread] = await self._server.say(channel, channel["recipients"][0], text)
        message_id = self._last[thread]["id"]
        await self._server.until(
            lambda: message_id in self._watched.kept or self._watched.not_kept > before
        )
        return message_id in self._watched.kept

    async def press(self, choice: Choice) -> None:
        channel = self._channel("main")
        message = next(m for m in self._server.posted(channel) if choice.label in labels(m))
        press = await self._server.press(channel, channel["recipients"][0], message, choice.label)
        await self._server.acknowledged(press)

    def address(self, thread: str = "main") -> Address:
        return self._watched.kept[self._last[thread]["id"]]

    def seen(self, thread: str = "main") -> str:
        return "\n".join(texts(each) for each in self._server.posted(self._channel(thread)))

    def fail(self, error: SendError) -> None:
        if error.permanent:
            self._server.fail("POST", r"/messages$", 403, code=50007)
        else:
            self._server.fail("POST", r"/messages$", 503, retry_after=error.retry_after)

    async def bots_say(self, text: str) -> None:
        world = self._server.world
        for bot in (world.bot, world.user("Beep", bot=True)):
            await self._server.say(self._channel("main"), bot, text)

    async def miss(self, text: str) -> None:
        channel = self._channel("main")
        await self._server.say(channel, channel["recipients"][0], text)

    async def come_back(self) -> None:
        """Nothing: Discord kept it, and the adapter asks for it."""
