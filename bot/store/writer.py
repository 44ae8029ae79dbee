"""How a transaction is written to SQLite: by one thread with group commit.

On SQLite a commit costs a disk flush, and only one can be under way. So all writes go
through one thread: what waits when it is free is written in one commit, and every
caller returns only after that commit. When one of them fails, all are undone and
written again one by one, so that each gets its own answer; that is rare, and cheaper
than a savepoint for everyone.

The turnstile lets one thread at a time talk to SQLite. Python runs one thread at a
time anyway, but gives way inside every call of the library and every row it fetches;
with ten threads that was 230 switches a message and half of all the time. The flush
of a commit is outside of it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.store.errors import DatabaseFailed

T = TypeVar("T")
BATCH = 64


class Writer(Protocol):
    """Runs a function in a transaction that is committed when `write` returns."""

    def write(self, work: Callable[[Session], T]) -> T: ...

    def close(self) -> None: ...


class PlainWriter:
    """A transaction of its own for every call: enough for who writes rarely, beside the owner."""

    def __init__(self, engine: Engine) -> None:
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    def write(self, work: Callable[[Session], T]) -> T:
        with self._sessions.begin() as session:
            return work(session)

    def close(self) -> None:
        """Nothing is held between calls."""


class GroupWriter:
    """One thread, one connection, many callers a commit."""

    def __init__(self, engine: Engine, turnstile: AbstractContextManager[Any]) -> None:
        self._engine = engine
        self._turnstile = turnstile
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
        self._engine.dispose()

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
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                session.connection()  # BEGIN, which may have to wait for another program
                with self._turnstile:
                    results = [_run(session, job) for job in jobs]
        except BaseException as error:  # noqa: BLE001 - every caller waits for its own answer
            if len(jobs) == 1:
                jobs[0].future.set_exception(error)
                return
            for job in jobs:
                self._commit([job])
        else:
            for job, result in zip(jobs, results, strict=True):
                job.future.set_result(result)


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Session], Any]
    future: Future[Any] = field(default_factory=Future)


def _run(session: Session, job: _Job) -> Any:
    result = job.work(session)
    session.flush()
    session.expunge_all()
    return result
