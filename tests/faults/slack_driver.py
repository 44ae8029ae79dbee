"""The process that the Slack crash tests kill: the real desk, worker and Slack channel.

Usage: python -m tests.faults.slack_driver FOLDER API_URL
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from adapters.slack.adapter import SlackAdapter
from adapters.slack.options import SlackOptions
from bot.desk import open_database
from bot.limits import Limits
from bot.worker import run
from tests.desk_support import new_desk
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN


class FileBookmarks:
    """Marks in a file that is replaced whole."""

    def __init__(self, file: Path) -> None:
        self.file = file

    async def load(self, channel: str) -> dict[str, str]:
        return dict(json.loads(self.file.read_text())) if self.file.exists() else {}

    async def save(self, channel: str, place: str, mark: str) -> None:
        marks = await self.load(channel) | {place: mark}
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(marks))
        new.replace(self.file)


async def main(folder: Path, api_url: str) -> None:
    options = SlackOptions(
        bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_url=api_url, post_interval=0.0
    )
    adapter = SlackAdapter(options, bookmarks=FileBookmarks(folder / "marks.json"))
    database = open_database(f"sqlite:///{folder}/desk.db")
    # Chance may kill one message's turn again and again: none of them is to blame for it.
    await run(new_desk(database, limits=Limits(turn_attempts=100)), [adapter])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
