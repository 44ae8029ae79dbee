"""The news of a conversation as server-sent events.

read the lines after the last one seen | render each | send | wait for a ring | again

The database is the truth: a ring only says "look now", and without one we look anyway
after a while, so that what another process wrote is seen too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from sse_starlette import ServerSentEvent

from adapters.http.doorbell import Doorbell, Waiter
from bot.channel import Address
from bot.desk import Desk, Line

LOOK_WHILE_WAITING = 2.0
LOOK = 20.0


async def news(
    desk: Desk,
    doorbell: Doorbell,
    address: Address,
    after: int,
    render: Callable[[Line], str],
    sender: str,
) -> AsyncIterator[ServerSentEvent]:
    """Endless: `message` events (the id is the line's, the data its HTML), `state` events.

    `state` says `waiting` or `idle`: whether the bot still owes something. It follows
    the messages that it is about. Ends when the doorbell is closed; raises TooManyWaiting.
    """
    state = ""
    with doorbell.listen(address.thread) as waiter:
        while not waiter.closed:
            waiting = await asyncio.to_thread(desk.waiting, address)
            for line in await asyncio.to_thread(desk.transcript, address, after, sender):
                after = line.id
                yield ServerSentEvent(render(line), event="message", id=str(line.id))
            if state != (state := "waiting" if waiting else "idle"):
                yield ServerSentEvent(state, event="state")
            await _next_look(waiter, waiting)


async def _next_look(waiter: Waiter, waiting: bool) -> None:
    await waiter.wait(LOOK_WHILE_WAITING if waiting else LOOK)


async def answered(desk: Desk, doorbell: Doorbell, address: Address, seconds: float) -> bool:
    """Whether the bot has handled all that was written, waiting for it up to `seconds`."""
    with doorbell.listen(address.thread) as waiter:
        try:
            async with asyncio.timeout(seconds):
                while is_waiting(await asyncio.to_thread(desk.transcript, address)):
                    await waiter.wait(0.5)
        except TimeoutError:
            return False
    return True


def is_waiting(lines: Iterable[Line]) -> bool:
    """Whether something the user wrote is not handled yet."""
    return any(line.author == "user" and line.state == "new" for line in lines)
