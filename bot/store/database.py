"""Opening what is kept: SQLite in one process by default, any SQLAlchemy database by its URL.

    open_database(url)      the owner: migrations, one writer
    open_for_reading(url)   beside the owner: nothing is written
    open_beside(url)        beside the owner, for a few small writes

Transactions are opened only through `Database.write` and `Database.read`, at the doors.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.store.errors import DatabaseFailed, DatabaseRefused
from bot.store.lock import FileLock
from bot.store.schema import bring_forward, check_current
from bot.store.writer import GroupWriter, PlainWriter, Writer

T = TypeVar("T")
BUSY_SECONDS = 5


class Database:
    """What is kept. `write` and `read` may be called from any thread."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer | None,
        lock: FileLock | None = None,
        turnstile: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._lock = lock
        self._turnstile = turnstile or nullcontext()
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction; returns its result once it is on disk.

        What `work` raises undoes it and is raised here. It must be quick, may run in
        another thread, and may be run again after being undone. Raises DatabaseFailed when the database could not keep it.
        """
        if self._writer is None:
            raise DatabaseFailed("the database was opened for reading only")
        try:
            return self._writer.write(work)
        except SQLAlchemyError as error:
            raise DatabaseFailed(_first_line(error)) from error

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which must be quick, on one consistent view. Raises DatabaseFailed."""
        with self._turnstile:
            return self.browse(work)

    def browse(self, work: Callable[[Session], T]) -> T:
        """The same for what may take its time, as a page or a report: it holds nobody up."""
        try:
            with self._sessions() as session:
                return work(session)
        except SQLAlchemyError as error:
            raise DatabaseFailed(_first_line(error)) from error

    def close(self) -> None:
        """Finish what is being written and let the file go."""
        if self._writer is not None:
            self._writer.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()


def open_database(url: str) -> Database:
    """Open it as its owner, with tables brought forward. Raises DatabaseRefused, saying what to do."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed)
        _prepare(engine, bring_forward)
        return Database(engine, PlainWriter(engine))
    path = _usable(parsed)
    lock = FileLock(path)
    writing = _sqlite(parsed, begin="BEGIN IMMEDIATE", pool_size=1)
    try:
        _prepare(writing, bring_forward)
    except BaseException:
        writing.dispose()
        lock.release()
        raise
    turnstile = threading.RLock()
    reading = _sqlite(parsed, begin="BEGIN", pool_size=16)
    return Database(reading, GroupWriter(writing, turnstile), lock, turnstile)


def open_for_reading(url: str) -> Database:
    """Open it beside its owner; `write` fails. Raises DatabaseRefused, also when it is not there yet."""
    parsed = _parsed(url)
    engine = create_engine(parsed)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if not path.is_file():
            raise DatabaseRefused(f"{path} does not exist yet: start the desk once.")
        engine = _sqlite(parsed, begin="BEGIN", pool_size=4)
    try:
        _prepare(engine, check_current)
    except DatabaseRefused:
        engine.dispose()
        raise
    return Database(engine, None)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise DatabaseRefused(
            f"{url!r} is no database URL. Write sqlite:///path/to/firstline.db, "
            "or postgresql+psycopg://user@host/name."
        ) from None


def _usable(url: URL) -> Path:
    path = Path(url.database or "")
    if url.database in (None, "", ":memory:"):
        raise DatabaseRefused("a database in memory keeps nothing: name a file.")
    if not path.parent.is_dir():
        raise DatabaseRefused(f"the folder {path.parent} does not exist: create it first.")
    if path.is_dir():
        raise DatabaseRefused(f"{path} is a folder: name a file in it.")
    place = path if path.exists() else path.parent
    if not os.access(place, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise DatabaseRefused(
            f"{path} cannot be written: make it and its folder writable for user {os.getuid()}."
        )
    return path


def _prepare(engine: Engine, check: Callable[[Connection], None]) -> None:
    try:
        with engine.begin() as connection:
            check(connection)
    except SQLAlchemyError as error:
        raise DatabaseRefused(
            f"{engine.url.render_as_string()} cannot be opened: {_first_line(error)}"
        ) from error


def _sqlite(url: URL, *, begin: str, pool_size: int) -> Engine:
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=64, connect_args={"timeout": BUSY_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_so(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _first_line(error: SQLAlchemyError) -> str:
    """Without the statement and its parameters, which hold people's words."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def open_beside(url: str) -> Database:
    """Open it beside its owner for a few small writes, each at once. Raises DatabaseRefused.

    What is changed must be what the owner looks up each time, not what it remembers.
    """
    open_for_reading(url).close()  # refuses what is missing, or not of this version
    parsed = _parsed(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    engine = (
        _sqlite(parsed, begin="BEGIN IMMEDIATE", pool_size=1) if sqlite else create_engine(parsed)
    )
    return Database(engine, PlainWriter(engine))
