"""The process that the crash tests kill: the real desk and worker, with a platform made of files.

Usage: python driver.py FOLDER [FAULT [ATTEMPTS]]

FAULT is where to die, or `stop:` and where to stand still (SIGSTOP).

    url           where the database is, if not in the folder

    heard.jsonl   what users wrote on the platform: it is delivered again until it is acknowledged
                  (`edits` is the id of the message that this one changes, `deletes` that of one taken back)
    acked.jsonl   what the platform was told "got it" for
    posts.jsonl   every post the platform took, with its key; users see each key once

It ends by itself, with 0, when everything is acknowledged, handled and sent.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channel import Address, Deletion, Edit, Heard, Incoming, Outgoing, Receive, Sender
from bot.desk import Desk, Limits, open_database
from bot.faults import Fault, die_at, no_fault
from bot.turn import Response, Turn
from bot.worker import Pace, run
from tests.desk_support import new_desk, respond

LEASE = 1.5
"""Seconds after which a dead process's work is taken over, where the database is shared."""


class FileChannel:
    name = "files"

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.folder = folder
        self.desk = desk

    async def run(self, receive: Receive) -> None:
        acked = {row["id"] for row in rows(self.folder / "acked.jsonl")}
        for row in rows(self.folder / "heard.jsonl"):
            if row["id"] not in acked:
                await receive(self.heard(row))
                keep(self.folder / "acked.jsonl", {"id": row["id"]})
        while True:
            stats = await asyncio.to_thread(self.desk.stats)
            if stats.inbox == stats.outbox == 0:
                return
            await asyncio.sleep(0.02)

    async def send(self, outgoing: Outgoing) -> str:
        post = {"key": outgoing.key, "thread": outgoing.address.thread, "text": outgoing.text}
        keep(self.folder / "posts.jsonl", post)
        return f"post-{outgoing.key}"

    def heard(self, row: dict[str, Any]) -> Heard:
        address, now = Address(self.name, row["thread"]), datetime.now(UTC)
        if edited := row.get("edits"):
            return Edit(address, edited, row["text"], now)
        if deleted := row.get("deletes"):
            return Deletion(address, deleted, now)
        return Incoming(address, row["id"], Sender("ann"), row["text"], now)


def rows(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def keep(path: Path, row: dict[str, Any]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")


def respond_or_die(turn: Turn) -> Response:
    """`die` takes the process with it, always; `slow` works for a while."""
    if turn.message.text == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if turn.message.text == "slow":
        time.sleep(0.3)
    return respond(turn)


def database_url(folder: Path) -> str:
    written = folder / "url"
    return written.read_text() if written.exists() else f"sqlite:///{folder}/desk.db"


def fault_of(named: str) -> Fault:
    if not named.startswith("stop:"):
        return die_at(named) if named else no_fault
    once = [named.removeprefix("stop:")]

    def stop(point: str) -> None:
        if point in once:
            once.clear()
            os.kill(os.getpid(), signal.SIGSTOP)

    return stop


async def main(folder: Path, fault: str = "", attempts: str = "3") -> None:
    database = open_database(database_url(folder), lease=LEASE)
    desk = new_desk(
        database,
        respond=respond_or_die,
        fault=fault_of(fault),
        limits=Limits(turn_attempts=int(attempts)),
    )
    serving = asyncio.ensure_future(run(desk, [FileChannel(folder, desk)], Pace(grace=5)))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        print("stopped", flush=True)
    finally:
        database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
