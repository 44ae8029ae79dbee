"""Serving an application from inside a running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 5


class PortTaken(Exception):
    """No port could be had; says which were tried."""


class _Guest(uvicorn.Server):
    """Leaves the process's signals to whoever started us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """A listening socket on `port`, or the next free one of `tries`. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + tries):
        try:
            return socket.create_server((host, candidate), family=family, backlog=2048)
        except OSError as error:
            reason = error
    ports = f"port {port}" if tries == 1 else f"ports {port} to {port + tries - 1}"
    raise PortTaken(f"cannot listen on {host}, {ports}: {reason.strerror}")


async def serve(
    app: ASGIApp,
    listener: socket.socket,
    *,
    trusted_proxies: Sequence[str],
    before_end: Callable[[], None],
) -> None:
    """Serve until cancelled; then `before_end`, and requests under way get some seconds to end."""
    server = _Guest(
        uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            server_header=False,
            forwarded_allow_ips=list(trusted_proxies),
            limit_concurrency=2_000,
            timeout_graceful_shutdown=GRACE_SECONDS,
            lifespan="off",
        )
    )
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        before_end()
        server.should_exit = True
        await serving
