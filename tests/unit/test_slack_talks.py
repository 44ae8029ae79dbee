"""The conversation of a direct message is found however many lines came after it."""

from __future__ import annotations

from datetime import timedelta

from adapters.slack.talks import REMEMBERED, Line, Talks


async def test_a_message_older_than_all_that_is_remembered_has_its_conversation() -> None:
    asked: list[str] = []

    async def fetch(_channel: str, ts: str) -> list[Line]:
        asked.append(ts)
        return [Line("999.000001", "999.000001")]

    talks = Talks(fetch, timedelta(hours=8))
    for number in range(REMEMBERED):
        talks.add("D1", Line(f"{2000 + number}.000001", "2000.000001"))
    assert await talks.conversation("D1", "1000.000001") == "999.000001"
    assert await talks.conversation("D1", "1000.000001") == "999.000001"
    assert asked == ["1000.000001"] * 2
    assert await talks.conversation("D1", f"{2000 + REMEMBERED}.000001") == "2000.000001"
