"""A PostgreSQL of our own for the tests: in a temporary folder, on a Unix socket, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from bot.desk import open_database

INSTALL = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200", "listen_addresses=")


@dataclass
class PostgresServer:
    """A running server. `new_database` gives the URL of one with today's tables."""

    folder: Path
    programs: Path
    settings: tuple[str, ...] = QUICK
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://firstline@/{name}?host={self.folder}"

    def empty_database(self) -> str:
        return self._create("template1")

    def new_database(self) -> str:
        """Copied from one that was brought forward once: a tenth of the time of migrating each."""
        if "ready" not in self._names():
            open_database(self._create("template1", "preparing")).close()
            self.execute("alter database preparing rename to ready")
        return self._create("ready")

    def drop(self, url: str) -> None:
        self.execute(f"drop database {name_of(url)} with (force)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        where = f"host={self.folder} user=firstline dbname={database}"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Start it as our own child, and wait until it answers."""
        options = [f"-c{each}" for each in (*self.settings, self._socket())]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *options],
                stdout=log,
                stderr=log,
                **self._as(),
            )
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT cuts all connections and ends in order, SIGQUIT ends at once."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None

    def create(self) -> None:
        """The server refuses to run as root, so for root it runs as nobody."""
        options = ("-U", "firstline", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        subprocess.run(
            [str(self.programs / "initdb"), "-D", str(self.folder / "data"), *options],
            cwd=self.folder,
            capture_output=True,
            timeout=60,
            check=True,
            **self._as(),
        )

    def _as(self) -> dict[str, Any]:
        return {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}

    def _answers(self) -> bool:
        try:
            return "postgres" in self._names()
        except psycopg.OperationalError:
            return False

    def _socket(self) -> str:
        return f"unix_socket_directories={self.folder}"

    def _names(self) -> set[str]:
        where = f"host={self.folder} user=firstline dbname=postgres"
        with psycopg.connect(where) as connection:
            return {name for (name,) in connection.execute("select datname from pg_database")}

    def _create(self, template: str, name: str = "") -> str:
        name = name or f"desk{next(self._numbers)}"
        made = sql.SQL("create database {} template {}")
        where = f"host={self.folder} user=firstline dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)


@contextmanager
def postgres_server(settings: tuple[str, ...] = QUICK) -> Iterator[PostgresServer]:
    """A server that runs while the block does. Skips at home, and fails in CI, without PostgreSQL."""
    found = programs()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    folder = Path(tempfile.mkdtemp(prefix="firstline-pg-"))
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    folder.chmod(0o755)
    server = PostgresServer(folder, found, settings)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path | None:
    """Where PostgreSQL's programs are: on the PATH, or where Debian puts them."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[4])
    return debian[-1].parent if debian else None


def name_of(url: str) -> str:
    """The database that the URL names."""
    return url.partition("@/")[2].partition("?")[0]
