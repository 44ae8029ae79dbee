"""Handing over what was heard, with what HTTP says when it could not be kept."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from bot.channel import Heard, Receive
from bot.desk import Accepted, DatabaseFailed, Refused

_AGAIN = {"Retry-After": "2"}


async def hear(receive: Receive | None, heard: Heard) -> Accepted:
    """Keep it. Raises HTTPException: 422 for what is refused, 503 when it was not kept."""
    if receive is None:
        raise HTTPException(503, "We are just starting or stopping. Please send it again.", _AGAIN)
    try:
        return await receive(heard)
    except Refused as error:
        raise HTTPException(422, f"{error}.".capitalize()) from error
    except DatabaseFailed as error:
        raise HTTPException(503, "That could not be kept. Please send it again.", _AGAIN) from error
