"""How Slack delivers: over Socket Mode or signed HTTP, again while it is not acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.servers.slack.workspace import SIGNING_SECRET


@dataclass
class Attempt:
    """One try to deliver: its number (0 is the first) and how it ended: `ok` or Slack's reason."""

    number: int
    result: str
    seconds: float
    response: Any = None


@dataclass
class Delivery:
    """One thing to deliver, with all its tries."""

    kind: str
    payload: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def acknowledged(self) -> bool:
        return bool(self.attempts) and self.attempts[-1].result == "ok"


class SocketDelivery:
    """Socket Mode: envelopes to one of the open connections, each to be acknowledged by its id."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.connections: list[web.WebSocketResponse] = []
        self.acks: dict[str, asyncio.Future[Any]] = {}
        self.hellos = 0
        self.connected = asyncio.Event()
        self.ids = itertools.count()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of the bot's."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.connections) + 1})
        self.hellos += 1
        self.connections.append(socket)
        self.connected.set()
        try:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self.acknowledge(json.loads(message.data))
        finally:
            self.connections.remove(socket)
            if not self.connections:
                self.connected.clear()
        return socket

    def acknowledge(self, answer: dict[str, Any]) -> None:
        waiting = self.acks.pop(answer.get("envelope_id", ""), None)
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload"))

    async def attempt(self, delivery: Delivery, number: int, reason: str) -> tuple[str, Any]:
        if not self.connections:
            return "connection_failed", None
        identity = f"envelope-{next(self.ids)}"
        envelope: dict[str, Any] = {
            "envelope_id": identity,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        waiting = self.acks[identity] = asyncio.get_running_loop().create_future()
        try:
            await self.connections[-1].send_json(envelope)
            return "ok", await asyncio.wait_for(waiting, self.timeout)
        except TimeoutError:
            return "timeout", None
        except ConnectionError:
            return "connection_failed", None
        finally:
            self.acks.pop(identity, None)

    async def disconnect(self, reason: str = "refresh_requested", *, warn: bool = True) -> None:
        """Send the bot away; it has to fetch a new address. Without a warning the line just drops."""
        for socket in list(self.connections):
            if warn:
                await socket.send_json({"type": "disconnect", "reason": reason})
            else:
                await socket.close()

    async def close(self) -> None:
        await self.disconnect(warn=False)


class HttpDelivery:
    """Signed HTTP requests to the bot's own server."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.url = ""
        self.session = aiohttp.ClientSession()

    async def attempt(self, delivery: Delivery, number: int, reason: str) -> tuple[str, Any]:
        body, content_type = encoded(delivery)
        headers = signed(body, int(time.time())) | {"Content-Type": content_type}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        return await self.post(body, headers)

    async def post(self, body: str, headers: dict[str, str]) -> tuple[str, Any]:
        """The raw request: `ok`, or why it did not count as delivered."""
        limit = aiohttp.ClientTimeout(total=self.timeout)
        try:
            async with self.session.post(
                self.url, data=body.encode(), headers=headers, timeout=limit
            ) as answer:
                text = await answer.text()
                return ("ok" if answer.status == 200 else f"http_{answer.status}"), text
        except TimeoutError:
            return "http_timeout", None
        except aiohttp.ClientError:
            return "connection_failed", None

    async def close(self) -> None:
        await self.session.close()


def encoded(delivery: Delivery) -> tuple[str, str]:
    """Events are JSON, commands a form, interactions JSON inside a form."""
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload), "application/x-www-form-urlencoded"
    form = urlencode({"payload": json.dumps(delivery.payload)})
    return form, "application/x-www-form-urlencoded"


def signed(body: str, at: int, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers that prove that Slack sent this body."""
    base = f"v0:{at}:{body}".encode()
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": signature}
