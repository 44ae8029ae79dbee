"""The bot's side of the contract of channels: it runs an adapter and keeps what that hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.channel import Address, Heard, Incoming
from tests.contract.adapter_harness import Harness

Channel = Callable[[Callable[[Address], bool]], Harness]


class Ear:
    """What the bot's side heard; it can be made not to keep it."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.refuse = False
        self._news = asyncio.Condition()

    async def receive(self, heard: Heard) -> None:
        if self.refuse:
            raise OSError("disk full")
        self.heard.append(heard)
        async with self._news:
            self._news.notify_all()

    async def hears(self, count: int) -> None:
        """Back once so many things were heard."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.heard) >= count)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.heard if isinstance(one, Incoming)]

    @property
    def last(self) -> Incoming:
        (*_, last) = self.heard
        assert isinstance(last, Incoming)
        return last


@asynccontextmanager
async def listening(channel: Channel, ear: Ear) -> AsyncIterator[Harness]:
    """A channel of its own whose adapter runs until the block ends."""
    harness = channel(lambda _address: False)
    await harness.start()
    try:
        async with running(harness, ear):
            yield harness
    finally:
        await harness.stop()


@asynccontextmanager
async def running(harness: Harness, ear: Ear) -> AsyncIterator[None]:
    """The harness's adapter runs until the block ends, which has 20 s."""
    task = asyncio.create_task(_run(harness, ear))
    try:
        async with asyncio.timeout(20):
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _run(harness: Harness, ear: Ear) -> None:
    await harness.adapter.run(ear.receive)
