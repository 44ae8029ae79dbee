"""How a transaction is written: one thread with group commit for SQLite, a plain one elsewhere.

On SQLite a commit costs a disk flush, and only one can be under way. So all writes go
through one thread: what waits when it is free is written in one commit, each caller in
a savepoint of its own, and every caller returns only after that commit.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.store.errors import DatabaseFailed

T = TypeVar("T")
BATCH = 64


class Writer(Protocol):
    """Runs a function in a transaction that is committed when `write` returns."""

    def write(self, work: Callable[[Session], T]) -> T: ...

    def close(self) -> None: ...


class PlainWriter:
    """A transaction of its own for every call."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def write(self, work: Callable[[Session], T]) -> T:
        with self._sessions.begin() as session:
            return work(session)

    def close(self) -> None:
        """Nothing is held between calls."""


class GroupWriter:
    """One thread, one connection, many callers a commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="database writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Session], T]) -> T:
        if self._closed:
            raise DatabaseFailed("the database is closed")
        job = _Job(work)
        self._jobs.put(job)
        result: T = job.future.result()
        return result

    def close(self) -> None:
        """Write what was asked for before, then end."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            self._commit([first, *self._waiting()])

    def _waiting(self) -> list[_Job]:
        jobs: list[_Job] = []
        while len(jobs) < BATCH - 1 and not self._jobs.empty():
            if (job := self._jobs.get()) is None:
                self._jobs.put(None)
                break
            jobs.append(job)
        return jobs

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            with self._engine.begin() as connection:
                for job in jobs:
                    job.run(connection)
        except BaseException as error:  # noqa: BLE001 - every caller waits for its own answer
            for job in jobs:
                job.future.set_exception(error)
        else:
            for job in jobs:
                job.answer()


class _Job:
    def __init__(self, work: Callable[[Session], Any]) -> None:
        self._work = work
        self._result: Any = None
        self._error: Exception | None = None
        self.future: Future[Any] = Future()

    def run(self, connection: Connection) -> None:
        try:
            with (
                Session(
                    connection,
                    join_transaction_mode="create_savepoint",
                    expire_on_commit=False,
                ) as session,
                session.begin(),
            ):
                self._result = self._work(session)
        except Exception as error:
            self._error = error  # told to the one who asked; the others are not hurt
            if not _in_transaction(connection):
                raise

    def answer(self) -> None:
        if self._error is not None:
            self.future.set_exception(self._error)
        else:
            self.future.set_result(self._result)


def _in_transaction(connection: Connection) -> bool:
    """Whether SQLite still holds the batch: on a full disk it gives all of it up by itself."""
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", False))
