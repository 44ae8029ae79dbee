"""Whose turn it is: things of one conversation are done in the order in which they joined the line."""

from __future__ import annotations

import asyncio
from types import TracebackType

Line = dict[object, "asyncio.Future[None]"]
"""The last one waiting for each conversation."""


class Turn:
    """A place in the line of a conversation, taken at once; entering waits for those before."""

    def __init__(self, line: Line, key: object) -> None:
        self._line, self._key = line, key
        self._before = line.get(key)
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line[key] = self._over

    async def __aenter__(self) -> None:
        if self._before:
            try:
                await asyncio.wait([self._before])
            except asyncio.CancelledError:
                self._leave()
                raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        self._over.set_result(None)
        if self._line.get(self._key) is self._over:
            del self._line[self._key]
