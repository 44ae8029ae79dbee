"""The two ways in: a websocket that we open, or signed requests to a server of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from adapters.slack.options import SlackOptions

log = logging.getLogger(__name__)

LOST_AFTER = 12
"""Looks in a row, one each ping, that find no connection."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way in. `watch` ends only by an error; `is_open` says whether events can come now."""

    watch: Callable[[], Awaitable[object]]
    is_open: Callable[[], Awaitable[bool]]


@asynccontextmanager
async def socket_mode(
    app: AsyncApp, options: SlackOptions, connected: asyncio.Event
) -> AsyncIterator[Way]:
    """Open the websocket and keep it open; `connected` is set at each new connection.

    The watch raises ConnectionError when there was no connection for long: then
    everything is made anew.
    """
    handler = AsyncSocketModeHandler(app, options.app_token, ping_interval=options.ping_interval)

    async def greeted(_client: Any, message: dict[str, Any], _raw: Any) -> None:
        if message.get("type") == "hello":
            log.info("slack: connected by Socket Mode")
            connected.set()

    async def watch() -> None:
        lost = 0
        while lost < LOST_AFTER:
            await asyncio.sleep(options.ping_interval)
            lost = 0 if await handler.client.is_connected() else lost + 1
        raise ConnectionError("Slack's Socket Mode did not connect again")

    handler.client.message_listeners.append(greeted)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield Way(watch, handler.client.is_connected)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def http_server(
    app: AsyncApp, options: SlackOptions, connected: asyncio.Event
) -> AsyncIterator[Way]:
    """Serve Slack's requests at `host:port` and `path`."""
    server = app.server(port=options.port, path=options.path, host=options.host)
    runner = web.AppRunner(server.web_app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        log.info("slack: listening", extra={"port": options.port, "path": options.path})
        connected.set()
        yield Way(asyncio.Event().wait, always)
    finally:
        await runner.cleanup()


async def always() -> bool:
    """Our own server is open as long as we run."""
    return True
