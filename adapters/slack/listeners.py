"""The two ways in: a websocket that we open, or signed requests to a server of ours."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.options import SlackOptions

log = logging.getLogger(__name__)

LARGEST_REQUEST = 1_000_000
LOST_AFTER = 12
"""Looks in a row, one each ping, that find no connection."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way in. `watch` ends only by an error; `is_open` says whether events can come now."""

    watch: Callable[[], Awaitable[object]]
    is_open: Callable[[], Awaitable[bool]]


NOT_READ = (TypeError, AttributeError, KeyError, ValueError)
"""What Bolt raises when it makes a request of something that Slack would not send."""


class Socket(AsyncSocketModeHandler):
    """Bolt's handler, which fails on some shapes that are no message at all."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Acknowledge what cannot be read; Slack would only send it again."""
        try:
            AsyncBoltRequest(mode="socket_mode", body=req.payload)
        except NOT_READ as error:
            log.warning("slack: unreadable payload", extra={"error": type(error).__name__})
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id))
            return
        await super().handle(client, req)


@asynccontextmanager
async def socket_mode(
    app: AsyncApp, options: SlackOptions, connected: Callable[[], None]
) -> AsyncIterator[Way]:
    """Open the websocket and keep it open; `connected` is called at each new connection,
    before anything is heard over it.

    The watch raises ConnectionError when there was no connection for long: then
    everything is made anew.
    """
    handler = Socket(app, options.app_token, ping_interval=options.ping_interval)

    async def greeted(_client: Any, message: dict[str, Any], _raw: Any) -> None:
        if message.get("type") == "hello":
            log.info("slack: connected by Socket Mode")
            connected()

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
    app: AsyncApp, options: SlackOptions, connected: Callable[[], None]
) -> AsyncIterator[Way]:
    """Serve Slack's requests at `host:port` and `path`."""
    site = web.Application(client_max_size=LARGEST_REQUEST)
    site.router.add_post(options.path, functools.partial(take_request, app, options))
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        log.info("slack: listening", extra={"port": options.port, "path": options.path})
        connected()
        yield Way(asyncio.Event().wait, always)
    finally:
        await runner.cleanup()


async def take_request(app: AsyncApp, options: SlackOptions, request: web.Request) -> web.Response:
    """One request, by Bolt, which checks the signature. What Bolt cannot read is checked here."""
    try:
        bolt_request = await to_bolt_request(request)
    except NOT_READ as error:
        log.warning("slack: unreadable request", extra={"error": type(error).__name__})
        verifier = SignatureVerifier(options.signing_secret)
        signed = verifier.is_valid_request(await request.read(), dict(request.headers))
        return web.Response(status=200 if signed else 401)
    return await to_aiohttp_response(await app.async_dispatch(bolt_request))


async def always() -> bool:
    """Our own server is open as long as we run."""
    return True
