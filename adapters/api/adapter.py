"""The HTTP API as a channel: what is said waits in the database until it is asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount

from adapters.api.app import create_api
from adapters.api.programs import ProgramDoors
from adapters.api.service import NAME, ApiService
from adapters.http.options import HttpOptions
from adapters.http.stopwatch import Stopwatch
from bot.channel import Outgoing, Receive
from bot.desk import Desk

Ask = Callable[[str], Mapping[str, Any]]


class ApiAdapter:
    """Conversations and single questions over HTTP, served by the web channel under `/api/v1`.

    `ask` answers a question by itself: a mapping with `outcome`, `text`, `sources`,
    `choices`, `confidence` and `index`, as `firstline ask --json` prints it. `doors` are
    for programs with tokens: without them there are no tickets.
    """

    def __init__(
        self,
        desk: Desk,
        ask: Ask,
        options: HttpOptions,
        *,
        doors: ProgramDoors | None = None,
        stopwatch: Stopwatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = ApiService(desk, ask, options, clock, stopwatch or Stopwatch(clock))
        self.app: FastAPI = create_api(self._service, doors)

    @property
    def name(self) -> str:
        return NAME

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served by the web channel (its `parts`)."""
        return [Mount("/api/v1", self.app)]

    async def run(self, receive: Receive) -> None:
        """Take messages until cancelled."""
        self._service.receive = receive
        self._service.doorbell.open()
        try:
            await asyncio.Event().wait()
        finally:
            self._service.receive = None
            self._service.doorbell.close()

    async def send(self, outgoing: Outgoing) -> str:
        """Wake who waits for messages of the conversation. Never fails; the id is the key."""
        self._service.stopwatch.stop(NAME, outgoing.address.thread)
        self._service.doorbell.ring(outgoing.address.thread)
        return outgoing.key
