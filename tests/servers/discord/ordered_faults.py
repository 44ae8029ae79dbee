"""What goes wrong on request: the next answers to certain calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Cut = Literal["", "before", "after"]


@dataclass
class Fault:
    """The next `times` calls that match fail. `cut` closes the connection instead of answering:
    before the call has its effect, or after."""

    method: str
    path: re.Pattern[str]
    status: int = 500
    code: int = 0
    message: str = "told to fail"
    times: int = 1
    retry_after: float | None = None
    cut: Cut = ""
    headers: dict[str, str] = field(default_factory=dict)

    def matches(self, request: web.Request, path: str) -> bool:
        return self.times > 0 and request.method == self.method and bool(self.path.search(path))

    def body(self) -> dict[str, object]:
        if self.status != 429:
            return {"code": self.code, "message": self.message}
        return {
            "code": self.code,
            "message": "You are being rate limited.",
            "retry_after": self.retry_after,
            "global": False,
        }

    def all_headers(self) -> dict[str, str]:
        """A 429 without `Via` is what a ban looks like to discord.py."""
        wait = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return (wait | {"Via": "1.1 google"} if self.status == 429 else wait) | self.headers
