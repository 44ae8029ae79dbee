"""What happens to a ticket while its page is open, as server-sent events.

look at the ticket's sign and at who is there | tell what is new | wait a moment | again

The database is looked at, so what another process does is seen too. A stream ends after
some minutes; the browser begins another one, and is asked again who it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.ticket_doors import TicketDoors
from adapters.console.ticket_shown import sign_words
from bot.people import Act, Person

LOOK = 0.4
"""Seconds between two looks: what happens is shown within one second."""
LOOKS = 600
SEND_SECONDS = 15.0


def ticket_news_routes(doors: TicketDoors) -> APIRouter:
    """The route of the news."""
    router = APIRouter()

    @router.get("/tickets/{number}/events")
    async def events(
        request: Request,
        person: Annotated[Person, Depends(requires(Act.SEE_NOTES))],
        number: int,
        sign: str = "",
    ) -> Response:
        if not doors.readers.has_room(person):
            raise HTTPException(503, "You have too many tickets open. Please close some.")
        if await run_in_threadpool(doors.console.sign, number) is None:
            raise HTTPException(404, f"There is no ticket #{number}.")
        seen = request.headers.get("last-event-id") or sign
        return EventSourceResponse(
            news(doors, person, number, seen), ping=20, send_timeout=SEND_SECONDS
        )

    return router


async def news(
    doors: TicketDoors, person: Person, number: int, seen: str
) -> AsyncIterator[ServerSentEvent]:
    """`changed` when the page does not show the truth any more (its id is the new sign), and
    `people`: who else looks (`[name, what they write]`), as JSON."""
    there: tuple[tuple[str, str], ...] | None = None
    with doors.readers.reading(number, person):
        for _ in range(LOOKS):
            sign = await run_in_threadpool(doors.console.sign, number)
            if sign is not None and sign_words(sign) != seen:
                seen = sign_words(sign)
                yield ServerSentEvent("changed", event="changed", id=seen)
            others = doors.readers.others(number, person, doors.clock())
            if others != there:
                there = others
                yield ServerSentEvent(json.dumps(others), event="people")
            await asyncio.sleep(LOOK)
