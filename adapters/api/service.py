"""What the routes of the API share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.api.tokens import Tokens
from adapters.http.doorbell import Doorbell
from adapters.http.hearing import hear
from adapters.http.options import HttpOptions
from adapters.http.stopwatch import Stopwatch
from adapters.http.throttle import Throttle
from bot.channel import Address, Heard, Incoming, Receive, Sender
from bot.desk import Accepted, Desk, Line

NAME = "api"


class ApiService:
    """The desk, and who may do what how often.

    `receive` is what `ApiAdapter.run` was given, and None while it does not run.
    """

    def __init__(
        self,
        desk: Desk,
        ask: Callable[[str], Mapping[str, Any]],
        options: HttpOptions,
        clock: Callable[[], float],
        stopwatch: Stopwatch,
    ) -> None:
        self.desk = desk
        self.ask = ask
        self.options = options
        self.tokens = Tokens(options.secret)
        self.doorbell = Doorbell(total=options.max_streams)
        self.receive: Receive | None = None
        self.stopwatch = stopwatch
        self._conversation_pace = Throttle(options.rate_per_session, clock)
        self._client_pace = Throttle(options.rate_per_client, clock)
        self._token_pace = Throttle(options.rate_per_token, clock)

    def address(self, id: str) -> Address:
        return Address(NAME, id)

    def sender(self, id: str) -> Sender:
        return Sender(id, "API user")

    async def hear(self, heard: Heard) -> Accepted:
        """Keep it. Raises HTTPException 503 when it could not be kept."""
        accepted = await hear(self.receive, heard)
        if isinstance(heard, Incoming) and accepted.new:
            self.stopwatch.start(NAME, heard.address.thread)
        self.doorbell.ring(heard.address.thread)
        return accepted

    async def lines(self, id: str, after: int = 0) -> tuple[Line, ...]:
        return await asyncio.to_thread(
            self.desk.transcript, self.address(id), after, self.sender(id).id
        )

    async def waiting(self, id: str) -> bool:
        return await asyncio.to_thread(self.desk.waiting, self.address(id))

    def require_pace(self, request: Request, conversation: str = "") -> None:
        """Raises HTTPException 429 when the conversation, or the client, is too fast."""
        client = request.client.host if request.client else ""
        wait = self._client_pace.take(client)
        if conversation:
            wait = max(wait, self._conversation_pace.take(conversation))
        _go_or_wait(wait, "Too many messages. Please wait a moment, then send it again.")

    def require_token_pace(self, token: int) -> None:
        """Raises HTTPException 429 when the program with the token is too fast."""
        _go_or_wait(self._token_pace.take(str(token)), "Too many requests with this token.")


def _go_or_wait(wait: float, detail: str) -> None:
    if wait:
        raise HTTPException(429, detail, {"Retry-After": str(ceil(wait))})
