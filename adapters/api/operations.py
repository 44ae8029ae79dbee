"""For those who run the desk: is it alive, is it ready, figures, and a page that says what to do.

/healthz and /readyz are open and say nothing but yes or no. /metrics and /health are
the operator's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.api.app import templates
from adapters.api.metrics import exposition
from adapters.api.probe import WriteProbe
from adapters.api.readiness import Disk, Report, report
from adapters.http.operators import require_operator
from adapters.http.options import HttpOptions
from adapters.http.stopwatch import Stopwatch
from bot.api_tokens import ApiTokens
from bot.desk import Desk
from bot.help_centre import HelpCentre


def _none() -> Mapping[str, Any]:
    return {}


class Operations:
    """The operator's routes, to be served by the web channel (its `parts`).

    `channels` are the names of what is served; `loops` tells which loops of the worker
    run (name -> running), `troubles` why nothing is heard on a platform (name -> why;
    empty when all is well), `disk` how much room is left. `tokens` are those of programs that
    may see it.
    """

    def __init__(
        self,
        desk: Desk,
        help_centre: HelpCentre,
        options: HttpOptions,
        stopwatch: Stopwatch,
        *,
        channels: Sequence[str] = (),
        loops: Callable[[], Mapping[str, bool]] = _none,
        troubles: Callable[[], Mapping[str, str]] = _none,
        disk: Callable[[], Disk | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        tokens: ApiTokens | None = None,
    ) -> None:
        self._desk = desk
        self._help_centre = help_centre
        self._options = options
        self._stopwatch = stopwatch
        self._channels = tuple(channels)
        self._loops = loops
        self._troubles = troubles
        self._disk = disk
        self._unwritable = WriteProbe(desk, clock)
        self._tokens = tokens

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
            Route("/health", self.health),
        ]

    async def alive(self, _request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """The desk can answer people: 200, or 503 with the checks that fail."""
        found = await self._report()
        checks = {check.name: "ok" if check.ok else "failing" for check in found.checks}
        problems = len(found.knowledge.problems)
        body = {"ready": found.ready, "checks": checks, "content_problems": problems}
        return JSONResponse(body, 200 if found.ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Figures for Prometheus."""
        await asyncio.to_thread(require_operator, request, self._options, self._tokens)
        text = exposition(await self._report(), self._stopwatch)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})

    async def health(self, request: Request) -> Response:
        """The page: what works, what does not, and what to do."""
        await asyncio.to_thread(require_operator, request, self._options, self._tokens)
        found = await self._report()
        page = templates.get_template("health.html").render(
            site=self._options.title, report=found, now=datetime.now(UTC)
        )
        return HTMLResponse(page, 200 if found.ready else 503)

    async def _report(self) -> Report:
        return await asyncio.to_thread(
            report,
            self._desk,
            self._help_centre,
            self._loops,
            self._troubles,
            channels=self._channels,
            unwritable=self._unwritable,
            disk=self._disk,
        )
