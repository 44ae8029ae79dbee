"""That something happened to tickets, as server-sent events for an open inbox.

look at the number of the last event | tell when it is another one | wait a moment | again

All open inboxes of this process share one look. A stream ends after a minute: the browser
begins another one, and is asked again who it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.inbox_doors import InboxDoors
from bot.people import Act, Person

LOOK = 0.3
"""Seconds between two looks."""
LOOKS = 200
RETRY = 200
"""Milliseconds after which the browser begins another stream."""
SEND_SECONDS = 15.0
MOST = 400


class Watch:
    """The number of the last event, looked at once for all who wait. Used from one event loop."""

    def __init__(self, last_event: Callable[[], int]) -> None:
        self._last_event = last_event
        self._looked_at = float("-inf")
        self._last = 0
        self.waiting = 0

    async def last(self) -> int:
        """The number, at most LOOK seconds old."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= LOOK:
            self._looked_at = now
            self._last = await run_in_threadpool(self._last_event)
        return self._last


def inbox_news_routes(doors: InboxDoors) -> APIRouter:
    """The route of the news."""
    router = APIRouter()
    watch = Watch(doors.console.last_event)

    @router.get("/inbox/events")
    async def events(
        _person: Annotated[Person, Depends(requires(Act.SEE_NOTES))], after: int = 0
    ) -> Response:
        if watch.waiting >= MOST:
            raise HTTPException(503, "Too many inboxes are open. This one is not kept up to date.")
        return EventSourceResponse(news(watch, after), ping=20, send_timeout=SEND_SECONDS)

    return router


async def news(watch: Watch, after: int) -> AsyncIterator[ServerSentEvent]:
    """`changed`, with the number of the last event, whenever it is another one than before."""
    watch.waiting += 1
    try:
        yield ServerSentEvent(comment="here", retry=RETRY)
        for _ in range(LOOKS):
            last = await watch.last()
            if last != after:
                after = last
                yield ServerSentEvent(str(last), event="changed")
            await asyncio.sleep(LOOK)
    finally:
        watch.waiting -= 1
