"""What every request and every response passes: limits on the way in, headers on the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_SECONDS = 30.0

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {ancestors}"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def content_policy(ancestors: Sequence[str] = ("'none'",)) -> str:
    """The Content-Security-Policy: nothing inline, nothing from elsewhere but pictures."""
    return _POLICY.format(ancestors=" ".join(ancestors))


class SecurityHeaders:
    """Adds the headers that make a browser careful. Only `framed` paths may be embedded."""

    def __init__(self, app: ASGIApp, *, framed: str, embed_origins: Sequence[str]) -> None:
        self._app = app
        self._framed = framed
        self._policy = content_policy()
        self._framed_policy = content_policy(("'self'", *embed_origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        framed = scope["path"] == self._framed

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                policy = self._framed_policy if framed else self._policy
                headers.setdefault("content-security-policy", policy)
                if not framed:
                    headers.setdefault("x-frame-options", "DENY")
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, careful)


class BodyLimit:
    """Refuses a body that is larger than `limit` bytes (413) or comes too slowly (408)."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        complete = False

        async def limited() -> Message:
            nonlocal read, complete
            if complete:
                return await receive()
            message = await _in_time(receive)
            read += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if read > self._limit:
                raise _too_large(self._limit)
            return message

        await self._app(scope, limited, send)


async def _in_time(receive: Receive) -> Message:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await receive()
    except TimeoutError as error:
        raise HTTPException(
            408, "The request did not arrive in time. Please send it again."
        ) from error


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"That is too large: at most {limit:,} bytes are taken.")
