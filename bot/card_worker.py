"""The loops that keep cards up to date, beside the worker.

    follow   (coroutine)            agents.follow, when something was written, and now and then
    post     (coroutine a platform) agents.due -> channel.post -> agents.posted -> the next

What is posted with one card goes out in order, one after the other; cards do not wait for
each other. A loop that fails says so and starts again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

from bot.agents_side import AgentsSide
from bot.cards import CardPosting
from bot.channel import SendError

log = logging.getLogger(__name__)

LOOK = 0.2
"""How often others' work is looked for, where several processes share a database."""
GLANCE = 0.002
RESTART = 1.0
SEND_TIMEOUT = 60.0


class PostsCards(Protocol):
    """A channel whose platform shows cards to agents."""

    @property
    def name(self) -> str:
        """The platform's name."""

    async def post(self, posting: CardPosting) -> str:
        """Do it, once however often it is asked; the platform's id of what is there. Raises SendError."""


async def beside(work: Coroutine[Any, Any, None], loops: Coroutine[Any, Any, None]) -> None:
    """The work, with the loops running until it ends."""
    running = asyncio.create_task(loops)
    try:
        await work
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def run(agents: AgentsSide, channels: Sequence[PostsCards], look: float = LOOK) -> None:
    """Keep all cards up to date until cancelled."""
    news = {each.name: asyncio.Event() for each in channels}

    async def follow() -> None:
        before = agents.stirred
        if await asyncio.to_thread(agents.follow):
            for event in news.values():
                event.set()
        else:
            await _stirred(agents, before, look)

    def posting(channel: PostsCards) -> Callable[[], Awaitable[None]]:
        return lambda: _post_due(agents, channel, news[channel.name], look)

    async with asyncio.TaskGroup() as group:
        group.create_task(_for_ever("following tickets", follow))
        for each in channels:
            group.create_task(_for_ever(f"cards on {each.name}", posting(each)))


async def _for_ever(name: str, turn: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await turn()
        except Exception:
            log.exception("%s failed and starts again", name)
            await asyncio.sleep(RESTART)


async def _post_due(
    agents: AgentsSide, channel: PostsCards, news: asyncio.Event, look: float
) -> None:
    sure = news.is_set()
    news.clear()
    found = await asyncio.to_thread(agents.due, channel.name, sure=sure)
    await asyncio.gather(*(_post_card(agents, channel, first) for first in found))
    if not found:
        try:
            async with asyncio.timeout(look):
                await news.wait()
        except TimeoutError:
            return


async def _stirred(agents: AgentsSide, before: int, look: float) -> None:
    """Until something was written here, or for so long."""
    for _ in range(max(1, round(look / GLANCE))):
        await asyncio.sleep(GLANCE)
        if agents.stirred != before:
            return


async def _post_card(agents: AgentsSide, channel: PostsCards, first: CardPosting) -> None:
    """All that is due with one card, in order; a failure is the end for now."""
    posting: CardPosting | None = first
    while posting is not None:
        try:
            external_id = await _posted(channel, posting)
        except SendError as error:
            posting = await asyncio.to_thread(agents.failed, posting, error)
        else:
            posting = await asyncio.to_thread(agents.posted, posting, external_id)


async def _posted(channel: PostsCards, posting: CardPosting) -> str:
    """Every way in which it can fail, as a SendError."""
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            return await channel.post(posting)
    except TimeoutError as error:
        raise SendError(f"no answer within {SEND_TIMEOUT} s") from error
    except SendError:
        raise
    except Exception as error:
        log.exception("card not posted on %s", channel.name)
        raise SendError(f"{type(error).__name__}: {error}") from error
