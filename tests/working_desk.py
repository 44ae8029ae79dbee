"""The worker's loops around a desk, in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot import worker
from bot.channel import Adapter
from bot.desk import Desk


@contextmanager
def working(desk: Desk, adapters: Sequence[Adapter]) -> Iterator[None]:
    """The worker's loops in a thread of their own, until the block ends."""
    started = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    stop = asyncio.Event()

    async def work() -> None:
        loops.append(asyncio.get_running_loop())
        working = asyncio.create_task(worker.run(desk, adapters))
        started.set()
        await stop.wait()
        working.cancel()
        await asyncio.wait([working])

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    started.wait(20)
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(30)
