"""A process among others on one database: it says that it lives, and outlives none of its claims.

    beat        I live until …; whoever did not say so in time is struck off, with all he held
    hold(name)  something that one process does for all is mine for as long as I live
    close       I leave, and everything is free at once

The clock is the database's: the hosts' may differ.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.store.writer import Writer

log = logging.getLogger(__name__)

LEASE = 15.0
"""Seconds after which a process that does not answer is given up."""

_ALIVE = text(
    "insert into member (id, name, started_at, until) values"
    " (:id, :name, clock_timestamp(), clock_timestamp() + make_interval(secs => :lease))"
    " on conflict (id) do update set until = excluded.until"
)
_STRIKE = text(
    "delete from member where id in"
    " (select id from member where until < clock_timestamp() for update skip locked)"
    " returning name"
)
_HOLD = text(
    "insert into lease (name, member, taken_at) values (:name, :id, clock_timestamp())"
    " on conflict (name) do nothing"
)
_HOLDER = text("select member from lease where name = :name")
_LET_GO = text("delete from lease where name = :name and member = :id")
_LEAVE = text("delete from member where id = :id")


class Membership:
    """This process, from its creation to `close`. Safe to be used by many threads."""

    def __init__(self, writer: Writer, lease: float = LEASE) -> None:
        self.id = secrets.token_hex(8)
        self.lease = lease
        self.after_beat: list[Callable[[], None]] = []
        """What is done after each beat, by its thread."""
        self._writer = writer
        self._seen = float("-inf")
        self._leaving = threading.Event()
        self._beat()
        self._thread = threading.Thread(target=self._run, name="membership", daemon=True)
        self._thread.start()

    def token(self) -> int:
        """A new one for a claim; never the same twice."""
        return secrets.randbits(62)

    def hold(self, name: str) -> bool:
        """Whether this process has it now; if nobody has, it takes it. Raises SQLAlchemyError."""

        def work(session: Session) -> bool:
            session.execute(_HOLD, {"name": name, "id": self.id})
            return bool(session.scalar(_HOLDER, {"name": name}) == self.id)

        return self._writer.write(work)

    def keeps(self, name: str) -> bool:
        """The same while the database may be away: held until the others must think us dead."""
        try:
            return self.hold(name)
        except IntegrityError:
            return False  # struck off: the others have given this process up
        except SQLAlchemyError:
            return time.monotonic() - self._seen < self.lease * 2 / 3

    def let_go(self, name: str) -> None:
        """Let another process have it."""
        try:
            self._writer.write(lambda s: s.execute(_LET_GO, {"name": name, "id": self.id}))
        except SQLAlchemyError:
            log.info("a lease could not be given back: it ends with this process's time")

    def close(self) -> None:
        """Leave: all that is held is free."""
        self._leaving.set()
        self._thread.join()
        try:
            self._writer.write(lambda s: s.execute(_LEAVE, {"id": self.id}))
        except SQLAlchemyError:
            log.info("could not say good-bye: what is held is free when its time is over")

    def _run(self) -> None:
        while not self._leaving.wait(self.lease / 3):
            try:
                self._beat()
                for each in self.after_beat:
                    each()
            except Exception:
                log.exception("could not say that this process lives")

    def _beat(self) -> None:
        began = time.monotonic()
        name = f"{socket.gethostname()}:{os.getpid()}"[:255]

        def work(session: Session) -> list[str]:
            session.execute(_ALIVE, {"id": self.id, "name": name, "lease": self.lease})
            return list(session.scalars(_STRIKE))

        for dead in self._writer.write(work):
            log.warning("a process did not answer in time: its work is free", extra={"who": dead})
        self._seen = began
