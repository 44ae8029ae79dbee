"""One message's way: heard by a channel, kept, turned, written, delivered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from adapters.memory import MemoryAdapter
from bot.desk import Desk
from bot.worker import run
from tests.desk_support import new_desk, opened, texts


@pytest.fixture
def desk(kept: str) -> Iterator[Desk]:
    with opened(kept) as database:
        yield new_desk(database)


@asynccontextmanager
async def serving(desk: Desk, *adapters: MemoryAdapter) -> AsyncIterator[None]:
    task = asyncio.create_task(run(desk, adapters))
    try:
        async with asyncio.timeout(20):
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_question_is_answered_in_its_thread(desk: Desk) -> None:
    memory = MemoryAdapter()
    async with serving(desk, memory):
        await memory.say("hello", thread="one")
        await memory.say("many", thread="two")
        assert texts(await memory.replies(1, thread="one")) == ["you said: hello [1]"]
        assert texts(await memory.replies(5, thread="two")) == [f"part {n}" for n in range(1, 6)]
