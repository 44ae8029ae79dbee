"""The processes of the driven desk, and what is done to them."""

from __future__ import annotations

import asyncio
import resource
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres_server import PostgresServer
from tests.program_support import PROGRAM, ROOT, START, Program, until

SHIM = Path(__file__).with_name("clock_shim.c")
Rows = list[tuple[Any, ...]]


@dataclass
class Worker:
    """One process of `firstline serve`, started again and again."""

    desk: Program
    log: Path
    clock: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, fault: str = "") -> Callable[[], bool]:
        """Start it, to die at a fault point or not; what is given says whether it serves by now."""
        before = self.log.stat().st_size if self.log.exists() else 0
        point = {"FIRSTLINE_FAULT": fault} if fault else {}
        with self.log.open("ab") as written:
            self.process = subprocess.Popen(
                [*PROGRAM, "serve", "--desk", str(self.desk.folder), "--port", "0"],
                stderr=written,
                cwd=ROOT,
                env=self.desk.environment | self.clock | point,
            )
        return lambda: b"Serving" in self.log.read_bytes()[before:]

    async def up(self, fault: str = "") -> None:
        """Start it unless it runs, and wait until it serves, or died of its fault."""
        if not self.alive:
            serves = self.start(fault)
            await until(lambda: serves() or not self.alive, START)
            if not self.alive and not fault:
                raise RuntimeError(f"it does not start: {self.log.read_text()[-2_000:]}")

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.alive:
            self.process.send_signal(number)

    async def ended(self, seconds: float) -> int | None:
        """How it ended; None when it still runs then."""
        with suppress(TimeoutError):
            await until(lambda: not self.alive, seconds)
        return self.process.returncode if self.process else None

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.ended(30)

    def room(self, full: bool) -> None:
        """Whether files can be written: needs no privileges, unlike a small file system."""
        if self.process is not None and self.alive:
            hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
            soft = 0 if full else hard
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@dataclass
class Processes:
    """All workers of one desk, with its database and its clock."""

    desk: Program
    postgres: PostgresServer | None = None
    url: str = ""
    count: int = 1
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.offset = self.desk.folder / "offset"
        self.set_clock(0)
        clock = self._shimmed()
        logs = (self.desk.folder / f"log{n}.txt" for n in range(self.count))
        self.workers = [Worker(self.desk, log, clock) for log in logs]

    @property
    def database(self) -> Path:
        return self.desk.folder / "var" / "firstline.db"

    @property
    def clock_can_jump(self) -> bool:
        return shutil.which("cc") is not None

    def _shimmed(self) -> dict[str, str]:
        if not self.clock_can_jump:
            return {}
        library = self.desk.folder / "clock_shim.so"
        built = ["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SHIM), "-ldl"]
        subprocess.run(built, check=True, timeout=60)
        return {"LD_PRELOAD": str(library), "CLOCK_SHIM": str(self.offset)}

    def set_clock(self, seconds: int) -> None:
        """From now on the workers' clock is so far off."""
        new = self.offset.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.offset)

    def rows(self, query: str) -> Rows:
        """What is kept."""
        if self.postgres is None:
            return self.desk.rows(query)
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            return connection.execute(query.encode()).fetchall()

    async def lock(self, seconds: float) -> None:
        """Another program holds the write lock."""
        with closing(sqlite3.connect(self.database, timeout=30, check_same_thread=False)) as other:
            await asyncio.to_thread(other.execute, "begin immediate")
            await asyncio.sleep(seconds)
            other.rollback()

    def tear_log(self) -> None:
        """What a power cut leaves of a commit that was under way: half a frame, no shared memory."""
        log = self.database.with_name(self.database.name + "-wal")
        self.database.with_name(self.database.name + "-shm").unlink(missing_ok=True)
        if log.exists() and log.stat().st_size > 2_000:
            start = log.read_bytes()[32:2_000]
            with log.open("ab") as file:
                file.write(start)

    async def cut_connections(self, times: int) -> None:
        """Every connection to PostgreSQL ends, once a second."""
        if self.postgres is None:
            return
        for _ in range(times):
            self.postgres.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
            await asyncio.sleep(1)

    async def restart_database(self) -> None:
        """PostgreSQL stops in order, and comes back."""
        if self.postgres is not None:
            await asyncio.to_thread(self.postgres.stop)
            await asyncio.to_thread(self.postgres.start)

    async def end(self) -> None:
        for worker in self.workers:
            await worker.kill()
