"""One call and its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.servers.discord.components import numbered
from tests.servers.discord.payloads import Payload

Answer = tuple[int, Any]
Call = Callable[[web.Request, Any], Awaitable[Answer] | Answer]

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015
THREAD_EXISTS, INVALID_FORM = 160004, 50035


@dataclass(frozen=True)
class Exchange:
    """One call and its answer, for tests and for the check against Discord's description."""

    method: str
    path: str
    route: str
    query: dict[str, str]
    asked: Any
    status: int
    answered: Any


class Refused(Exception):
    """An answer other than success."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


def changes(body: Payload) -> Payload:
    """What an edit changes."""
    changed = {k: body[k] for k in ("content", "flags") if k in body}
    if "components" in body:
        changed["components"] = numbered(body["components"] or [])
    return changed
