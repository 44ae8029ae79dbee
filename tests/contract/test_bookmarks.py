"""How far channels heard: kept over restarts, each channel and place for itself."""

from __future__ import annotations

from bot.bookmarks import KeptBookmarks
from bot.channel import Bookmarks
from tests.desk_support import opened


async def test_marks_are_kept_over_a_restart(kept: str) -> None:
    with opened(kept) as database:
        marks: Bookmarks = KeptBookmarks(database)
        assert await marks.load("slack") == {}
        await marks.save("slack", "C1", "1.5")
        await marks.save("slack", "C2", "2")
        await marks.save("discord", "C1", "9")
        await marks.save("slack", "C1", "1.7")
    with opened(kept) as database:
        marks = KeptBookmarks(database)
        assert await marks.load("slack") == {"C1": "1.7", "C2": "2"}
        assert await marks.load("discord") == {"C1": "9"}
