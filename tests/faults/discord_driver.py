"""The process that the Discord crash test kills: the real desk and the real client.

Usage: python -m tests.faults.discord_driver FOLDER API_URL GATEWAY_URL
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.desk import open_database
from bot.limits import Limits
from bot.worker import run
from tests.desk_support import new_desk
from tests.discord_support import MarksInFile, adapter_at


async def main(folder: Path, api_url: str, gateway_url: str) -> None:
    database = open_database(f"sqlite:///{folder}/desk.db")
    marks = MarksInFile(folder / "marks.json")
    # Chance may kill one message's turn again and again: none of them is to blame for it.
    await run(
        new_desk(database, limits=Limits(turn_attempts=100)),
        [adapter_at(api_url, gateway_url, marks)],
    )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
