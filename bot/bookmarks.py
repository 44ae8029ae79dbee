"""How far each channel has heard, kept in the database: the `Bookmarks` that channels are given."""

from __future__ import annotations

import asyncio

from bot.store import bookmarks
from bot.store.database import Database


class KeptBookmarks:
    """Marks that outlive the process. Raises DatabaseFailed when one could not be read or kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, channel: str) -> dict[str, str]:
        """The mark of every place of the channel."""
        return await asyncio.to_thread(
            self._database.browse, lambda session: bookmarks.of(session, channel)
        )

    async def save(self, channel: str, place: str, mark: str) -> None:
        """Remember that all up to the mark was received; on disk when this returns."""
        await asyncio.to_thread(
            self._database.write, lambda session: bookmarks.keep(session, channel, place, mark)
        )
