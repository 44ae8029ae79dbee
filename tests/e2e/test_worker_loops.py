"""The worker around the desk: what fails is restarted or tried again, what hangs holds nobody up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from adapters.memory import MemoryAdapter
from bot.channel import Adapter, Outgoing, Receive, SendError
from bot.desk import Database
from bot.turn import Response, Turn
from bot.worker import Pace, run
from tests.desk_support import message, new_desk, opened, respond, texts

QUICK = Pace(restart=0.01, send_timeout=0.05, grace=0.2)


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


@asynccontextmanager
async def serving(
    database: Database,
    *adapters: Adapter,
    pace: Pace = QUICK,
    answer: Callable[[Turn], Response] = respond,
) -> AsyncIterator[None]:
    desk = new_desk(database, respond=answer, chance=lambda: 0.0)
    task = asyncio.create_task(run(desk, adapters, pace))
    try:
        async with asyncio.timeout(30):
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_channel_that_fails_is_started_again(database: Database) -> None:
    class Stumbling(MemoryAdapter):
        starts = 0

        async def run(self, receive: Receive) -> None:
            self.starts += 1
            if self.starts < 3:
                raise ConnectionError("gateway closed")
            await super().run(receive)

    channel = Stumbling()
    async with serving(database, channel):
        await channel.say("hello")
        assert texts(await channel.replies(1)) == ["you said: hello [1]"]
    assert channel.starts == 3


@pytest.mark.parametrize("error", [SendError("busy", retry_after=0), ValueError("bug")])
async def test_a_failed_delivery_is_made_again(database: Database, error: Exception) -> None:
    channel = MemoryAdapter()
    channel.failures = [error]  # type: ignore[list-item]
    async with serving(database, channel):
        await channel.say("many")
        assert texts(await channel.replies(5)) == [f"part {n}" for n in range(1, 6)]


async def test_a_channel_that_hangs_holds_no_other_up(database: Database) -> None:
    class Hanging(MemoryAdapter):
        async def send(self, outgoing: Outgoing) -> str:
            await asyncio.Event().wait()
            return ""

    hanging, other = Hanging("hanging"), MemoryAdapter("other")
    async with serving(database, hanging, other, pace=Pace(grace=0.2, deliveries=2)):
        for number in range(5):
            await hanging.say("hello", thread=str(number))
        await other.say("hello")
        assert len(await other.replies(1)) == 1


async def test_a_turn_that_hangs_holds_neither_others_nor_the_end_up(database: Database) -> None:
    let_go = threading.Event()

    def hang(turn: Turn) -> Response:
        if turn.message.text == "hang":
            let_go.wait()
        return respond(turn)

    channel = MemoryAdapter()
    try:
        async with serving(database, channel, answer=hang):
            await channel.say("hang", thread="one")
            await channel.say("hello", thread="two")
            assert len(await channel.replies(1, thread="two")) == 1
    finally:
        let_go.set()


async def test_what_the_last_process_left_is_taken_up(database: Database) -> None:
    new_desk(database).accept(message("hello"))
    channel = MemoryAdapter()
    async with serving(database, channel):
        assert texts(await channel.replies(1)) == ["you said: hello [1]"]
