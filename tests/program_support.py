"""The unpatched program as a process of its own, on a desk that answers from our own help centre."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.real_model import ROOT, real_embedder

PROGRAM = [sys.executable, "-c", "from config.cli import main; main()"]
SITE = "https://help.example.org"
START = 120.0
"""Seconds that a start may take on a machine with much else to do."""
INDEXED = ROOT / "var" / "program-desk"
SETTINGS = """
[web]
public_url = "https://help.example.org"
[[sources]]
path = "{articles}"
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A desk's folder and the environment that its program is started with."""

    folder: Path
    secrets: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        ours = {n: v for n, v in os.environ.items() if not n.startswith("FIRSTLINE_")}
        own = {"FIRSTLINE_SECRET": "0" * 32, "NO_COLOR": "1", "COLUMNS": "200"}
        return ours | own | self.secrets

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end. Blocks: a server in this process does not answer meanwhile."""
        return subprocess.run(
            [*PROGRAM, *arguments, "--desk", str(self.folder)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
            env=self.environment,
            check=False,
        )

    async def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, while servers in this process go on."""
        return await asyncio.to_thread(self.run, *arguments)

    async def tickets(self) -> list[dict[str, Any]]:
        """The desk's tickets, as the command line tells them."""
        found: list[dict[str, Any]] = json.loads((await self.command("tickets", "--json")).stdout)
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is kept."""
        path = self.folder / "var" / "firstline.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[subprocess.Popen[bytes]]:
        """`firstline serve`, once it says that it serves; killed at the end if it still runs."""
        log = self.folder / "log.txt"
        with log.open("ab") as written:
            process = subprocess.Popen(  # noqa: ASYNC220  (returns at once)
                [*PROGRAM, "serve", "--desk", str(self.folder), "--port", "0"],
                stderr=written,
                cwd=ROOT,
                env=self.environment,
            )
        before = log.stat().st_size
        try:
            await until(
                lambda: b"Serving" in log.read_bytes()[before:] or process.poll() is not None, START
            )
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


async def until(enough: Callable[[], Any], seconds: float = 90.0) -> Any:
    """The first true value."""
    async with asyncio.timeout(seconds):
        while not (found := enough()):  # noqa: ASYNC110 - another process is looked at
            await asyncio.sleep(0.02)
        return found


def program(folder: Path, settings: str, **secrets: str) -> Program:
    """A new desk over our own articles, with its index built."""
    shutil.copytree(indexed(), folder / "var", symlinks=True)
    (folder / "firstline.toml").write_text(written(settings), "utf-8")
    return Program(folder, {f"FIRSTLINE_{name}": value for name, value in secrets.items()})


def written(settings: str) -> str:
    return SETTINGS.format(articles=ROOT / "knowledge" / "articles") + settings


@cache
def indexed() -> Path:
    """The `var` folder of such a desk: the model, and the index up to today's articles."""
    real_embedder()
    var = INDEXED / "var"
    var.mkdir(parents=True, exist_ok=True)
    with (INDEXED / "lock").open("w") as lock:  # tests in other processes want it as well
        fcntl.flock(lock, fcntl.LOCK_EX)
        _index(var)
    return var


def _index(var: Path) -> None:
    if not (var / "models").exists():
        (var / "models").symlink_to(ROOT / "var" / "models")
    (INDEXED / "firstline.toml").write_text(written(""), "utf-8")
    done = Program(INDEXED, {}).run("index")
    assert done.returncode == 0, done.stderr
