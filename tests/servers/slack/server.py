"""A local Slack: the Web API, Socket Mode and signed HTTP events over real sockets.

async with slack_server() as slack:
    slack.workspace.add_channel("C1", "help", "channel", "U1")
    ...  start the bot with slack.api_url ...
    await slack.people.say("U1", "C1", "<@U0BOT> hello")
    await slack.settled()
    assert slack.workspace.posted
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from aiohttp import web

from tests.servers.slack.delivery import Attempt, Delivery, HttpDelivery, SocketDelivery
from tests.servers.slack.faults import Fault, Faults
from tests.servers.slack.people import People
from tests.servers.slack.web_api import METHODS, Refused, decoded
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN, Workspace

Mode = Literal["socket", "http"]


class SlackServer:
    """One workspace with one bot in it. `retries` are Slack's delays in seconds before each
    further try (in truth 0, 60 and 300); `post_interval` is the least time between two posts
    in a channel (in truth 1), earlier ones get 429."""

    def __init__(self, mode: Mode, retries: Sequence[float], ack_timeout: float) -> None:
        self.mode = mode
        self.retries = retries
        self.workspace = Workspace()
        self.faults = Faults()
        self.socket = SocketDelivery(ack_timeout)
        self.http = HttpDelivery(ack_timeout)
        self.people = People(self.workspace, self.dispatch)
        self.deliveries: list[Delivery] = []
        self.post_interval = 0.0
        self.last_post: dict[str, float] = {}
        self.url = ""
        self.numbers = itertools.count()

    @property
    def api_url(self) -> str:
        """What a client takes as its base URL."""
        return f"{self.url}/api/"

    def dispatch(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """Deliver in the background, again and again as Slack does."""
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        delivery.task = asyncio.create_task(self.deliver(delivery))
        return delivery

    async def deliver(self, delivery: Delivery) -> None:
        """Try until acknowledged. Only events are tried again: a press is shown as failed."""
        way = self.socket if self.mode == "socket" else self.http
        delays = (0.0, *self.retries) if delivery.kind == "events_api" else (0.0,)
        reason = ""
        for number, delay in enumerate(delays):
            await asyncio.sleep(delay)
            started = time.monotonic()
            reason, response = await way.attempt(delivery, number, reason)
            spent = time.monotonic() - started
            delivery.attempts.append(Attempt(number, reason, spent, response))
            if reason == "ok":
                return

    async def settled(self) -> None:
        """Wait until nothing is being delivered any more."""
        tasks = [delivery.task for delivery in self.deliveries if delivery.task]
        await asyncio.gather(*tasks)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API, with the faults that were ordered for it."""
        method = request.match_info["method"]
        body = await fields(request)
        self.workspace.calls.append((method, time.monotonic()))
        fault = self.faults.take(method, str(body.get("channel", "")))
        if fault and fault.kind != "cut_after":
            return await self.fail(request, fault)
        early = self.too_early(method, str(body.get("channel", "")))
        if early is not None:
            return limited(str(early))
        answer = self.answer(method, request.headers.get("Authorization", ""), body)
        if fault:
            return cut(request)
        return web.json_response(answer, headers={"x-oauth-scopes": self.workspace.scopes})

    def answer(self, method: str, authorization: str, body: dict[str, Any]) -> dict[str, Any]:
        token = authorization.removeprefix("Bearer ")
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                return {"ok": False, "error": "invalid_auth"}
            url = self.url.replace("http", "ws")
            return {"ok": True, "url": f"{url}/socket?ticket={next(self.numbers)}"}
        if token != BOT_TOKEN:
            return {"ok": False, "error": "invalid_auth"}
        if method not in METHODS:
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True} | METHODS[method](self.workspace, body)
        except Refused as refused:
            details = {"messages": refused.details}
            return {"ok": False, "error": refused.code, "response_metadata": details}

    def too_early(self, method: str, channel: str) -> int | None:
        """Seconds to wait when the channel had a post just now; None when it may post."""
        if method != "chat.postMessage" or not self.post_interval:
            return None
        now = time.monotonic()
        if now - self.last_post.get(channel, -1e9) < self.post_interval * 0.9:
            return max(1, round(self.post_interval))
        self.last_post[channel] = now
        return None

    async def fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind == "error":
            return web.json_response({"ok": False, "error": fault.code})
        if fault.kind == "limited":
            return limited(fault.retry_after)
        if fault.kind == "broken":
            return web.Response(status=500, text="upstream failed")
        if fault.kind == "hang":
            await asyncio.sleep(3600)
        return cut(request)

    async def respond(self, request: web.Request) -> web.Response:
        """A response_url."""
        self.workspace.responses.append(await request.json() | {"to": request.match_info["id"]})
        return web.Response(text="ok")

    async def download(self, request: web.Request) -> web.Response:
        """A file: only with the bot's token; without it Slack shows a sign-in page."""
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        content = self.workspace.files.get(request.match_info["id"])
        return web.Response(body=content) if content is not None else web.Response(status=404)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/api/{method}", self.call)
        app.router.add_get("/socket", self.socket.serve)
        app.router.add_post("/respond/{id}", self.respond)
        app.router.add_get("/files/{id}", self.download)
        return app

    async def close(self) -> None:
        for delivery in self.deliveries:
            if delivery.task:
                delivery.task.cancel()
        tasks = [delivery.task for delivery in self.deliveries if delivery.task]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.socket.close()
        await self.http.close()


async def fields(request: web.Request) -> dict[str, Any]:
    """The arguments of a call, from wherever the client put them."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return given | await request.json()
    return decoded(given | dict(await request.post()))


def limited(retry_after: str | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def cut(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def slack_server(
    mode: Mode = "socket",
    *,
    retries: Sequence[float] = (0.0, 0.05, 0.2),
    ack_timeout: float = 3.0,
    port: int = 0,
) -> AsyncIterator[SlackServer]:
    """A running server on a free port of this machine."""
    server = SlackServer(mode, retries, ack_timeout)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    server.people.url = server.url
    try:
        yield server
    finally:
        await server.close()
        await runner.cleanup()
