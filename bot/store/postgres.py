"""PostgreSQL: how it is connected to, what is tried again, and who brings the tables forward.

Several processes write at once there. So whoever changes a conversation locks its row
first (`locked`): what is said in it gets its ids in the order in which it is committed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Select, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from bot.store.errors import DatabaseRefused

T = TypeVar("T")
log = logging.getLogger(__name__)

BACKEND = "postgresql"
DRIVER = "postgresql+psycopg"
CONNECTIONS = 12
"""The most that one process has open by default: turns, deliveries and readers share them."""
IDLE = 15.0
TRIES = 4
PAUSE = 0.05
TAKEN_AGAIN = frozenset({"40001", "40P01", "23505"})
"""SQLSTATEs that a second try can mend: serialization failure, deadlock, and a unique row that
somebody else wrote a moment earlier (the second try sees it)."""
LOST = frozenset({"57P01", "57P02", "57P03", "08000", "08003", "08006"})
"""The server ended the connection, or is just starting or stopping."""
MIGRATING = 7_153_009
"""The advisory lock of whoever brings the tables forward."""

_SETTINGS = {
    "application_name": "firstline",
    "lock_timeout": "10s",
}


def connect(url: URL, connections: int = CONNECTIONS, idle: float = IDLE) -> Engine:
    """The pool of one process. Raises DatabaseRefused for another driver.

    A transaction that does nothing for `idle` seconds is undone by the server: its process
    stands still, and others must not wait for what it holds.
    """
    if url.drivername != DRIVER:
        raise DatabaseRefused(
            f"{url.drivername} is not used here: write {DRIVER}://user@host/name."
        )
    settings = {**_SETTINGS, "idle_in_transaction_session_timeout": f"{int(idle * 1000)}ms"}
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )


def one_view(engine: Engine) -> Engine:
    """The same pool for reading: a transaction sees one moment."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def locked(statement: Select[Any], *, of: Any = None) -> Select[Any]:
    """The same rows, held until the end of the transaction; SQLite has one writer anyway."""
    return statement.with_for_update(key_share=True, of=of)


def one_migrates(connection: Connection) -> None:
    """Wait until nobody else brings the tables forward; until the end of the transaction."""
    if connection.dialect.name == BACKEND:
        connection.execute(text("set local lock_timeout = 0"))
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATING})


class RetryingWriter:
    """A transaction of its own for every call; again when the database lost or refused it."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def write(self, work: Callable[[Session], T]) -> T:
        with self._sessions() as session:
            result = retried(lambda: _worked(session, work))
            # Not tried again: when a COMMIT fails nobody knows whether it was kept. The caller
            # is told that it failed, and all callers can bear that it was.
            session.commit()
            return result

    def close(self) -> None:
        """Nothing is held between calls."""


def _worked(session: Session, work: Callable[[Session], T]) -> T:
    try:
        result = work(session)
        session.flush()
    except BaseException:
        session.rollback()
        raise
    return result


def retried(once: Callable[[], T]) -> T:
    """Try again what a second try can mend; after a lost connection on another one."""
    for number in range(1, TRIES):
        try:
            return once()
        except DBAPIError as error:
            if not _mends(error):
                raise
            log.info("database: tried again", extra={"error": type(error.orig).__name__})
            time.sleep(PAUSE * number)
    return once()


def _mends(error: DBAPIError) -> bool:
    state: Any = getattr(error.orig, "sqlstate", None)
    return bool(error.connection_invalidated) or state in TAKEN_AGAIN or state in LOST
