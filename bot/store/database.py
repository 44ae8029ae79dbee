"""Opening what is kept: SQLite in one process, or PostgreSQL shared by many.

    open_database(url)      the owner: migrations, one writer
    open_for_reading(url)   beside the owner: nothing is written
    open_beside(url)        beside the owner, or as it: for rare writes of which it holds nothing

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
from bot.store.membership import LEASE, Membership
from bot.store.postgres import BACKEND, CONNECTIONS, RetryingWriter, connect, one_view, retried
from bot.store.schema import bring_forward, check_current
from bot.store.writer import GroupWriter, PlainWriter, Writer

T = TypeVar("T")
BUSY_SECONDS = 5
WRITE = "Write sqlite:///path/to/firstline.db, or postgresql+psycopg://user@host/name."


class Database:
    """What is kept. `write` and `read` may be called from any thread."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer | None,
        lock: FileLock | None = None,
        turnstile: AbstractContextManager[Any] | None = None,
        member: Membership | None = None,
    ) -> None:
        self.member = member
        """This process among those that share the database; None where it owns it, or only reads."""
        self._engine = engine
        self.writes = 0
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
            written = self._writer.write(work)
        except SQLAlchemyError as error:
            raise DatabaseFailed(_first_line(error)) from error
        self.writes += 1
        return written

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which must be quick, on one consistent view. Raises DatabaseFailed."""
        with self._turnstile:
            return self.browse(work)

    def browse(self, work: Callable[[Session], T]) -> T:
        """The same for what may take its time, as a page or a report: it holds nobody up."""
        try:
            return retried(lambda: self._seen(work))
        except SQLAlchemyError as error:
            raise DatabaseFailed(_first_line(error)) from error

    def _seen(self, work: Callable[[Session], T]) -> T:
        with self._sessions() as session:
            return work(session)

    def close(self) -> None:
        """Finish what is being written and let the file go."""
        if self.member is not None:
            self.member.close()
        if self._writer is not None:
            self._writer.close()
        # What a thread still holds, having outlasted the worker's grace, ends with its use.
        event.listen(self._engine.pool, "checkin", lambda connection, _record: connection.close())
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()


def open_database(url: str, *, connections: int = CONNECTIONS, lease: float = LEASE) -> Database:
    """Open it for writing, with tables brought forward. Raises DatabaseRefused, saying what to do.

    A SQLite file is then owned by this process alone. On PostgreSQL it is one of many, given
    up by the others when it does not answer for `lease` seconds, with at most so many
    `connections`.
    """
    where = parsed(url)
    if where.get_backend_name() == BACKEND:
        engine = connect(where, connections, lease)
        _prepare_or_close(engine, bring_forward)
        writer = RetryingWriter(engine)
        return Database(one_view(engine), writer, member=Membership(writer, lease))
    path = _usable(where)
    lock = FileLock(path)
    writing = _sqlite(where, begin="BEGIN IMMEDIATE", pool_size=1)
    try:
        _prepare(writing, bring_forward)
    except BaseException:
        writing.dispose()
        lock.release()
        raise
    turnstile = threading.RLock()
    reading = _sqlite(where, begin="BEGIN", pool_size=16)
    return Database(reading, GroupWriter(writing, turnstile), lock, turnstile)


def open_for_reading(url: str) -> Database:
    """Open it beside its owner; `write` fails. Raises DatabaseRefused, also when it is not there yet."""
    where = parsed(url)
    if where.get_backend_name() == BACKEND:
        engine = one_view(connect(where, connections=4))
    else:
        path = Path(where.database or "")
        if not path.is_file():
            raise DatabaseRefused(f"{path} does not exist yet: start the desk once.")
        engine = _sqlite(where, begin="BEGIN", pool_size=4)
    _prepare_or_close(engine, check_current)
    return Database(engine, None)


def open_beside(url: str) -> Database:
    """Open it for what the owner keeps no memory of (accounts, tokens), also while it runs.

    SQLite serialises the two; without an owner the tables are made or brought forward. Raises
    DatabaseRefused.
    """
    where = parsed(url)
    if where.get_backend_name() == BACKEND:
        return open_database(url)
    path = _usable(where)
    try:
        lock = FileLock(path)
    except DatabaseRefused:
        return _guest(where, check_current, None)
    return _guest(where, bring_forward, lock)


def _guest(url: URL, check: Callable[[Connection], None], lock: FileLock | None) -> Database:
    """Every call is a transaction of its own that writes, so reading waits for writers too."""
    engine = _sqlite(url, begin="BEGIN IMMEDIATE", pool_size=1)
    try:
        _prepare(engine, check)
    except BaseException:
        engine.dispose()
        if lock is not None:
            lock.release()
        raise
    return Database(engine, PlainWriter(engine), lock)


def with_password(url: str, password: str) -> str:
    """The URL with the password in it, when there is one. Raises DatabaseRefused."""
    if not password:
        return url
    return parsed(url).set(password=password).render_as_string(hide_password=False)


def parsed(url: str) -> URL:
    """Raises DatabaseRefused; without repeating the URL, which may hold a password."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseRefused(f"This is no database URL. {WRITE}") from None
    if found.get_backend_name() not in ("sqlite", BACKEND):
        raise DatabaseRefused(f"{found.drivername} is not a database that Firstline uses. {WRITE}")
    return found


def _prepare_or_close(engine: Engine, check: Callable[[Connection], None]) -> None:
    try:
        _prepare(engine, check)
    except BaseException:
        engine.dispose()
        raise


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
