"""A desk outgrows its file: every row of a SQLite file, into an empty PostgreSQL database.

copy(file, url, …)   copied in one transaction and then compared row by row; nothing of it
                     stays when anything differs
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.model import Record
from bot.store.errors import DatabaseRefused
from bot.store.lock import FileLock
from bot.store.postgres import BACKEND, connect
from bot.store.schema import bring_forward, check_current

AT_ONCE = 500
PASSING = ("member", "claim", "lease")
"""Who is at work now is nothing to keep."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table, its rows and the checksum that both databases have."""

    table: str
    rows: int
    checksum: str


Progress = Callable[[str, int, int], None]
"""Told of each table: its name, rows done, rows in all."""


def copy(file: Path, engine: Engine, *, dry_run: bool, progress: Progress) -> tuple[Copied, ...]:
    """Copy all; with `dry_run` everything is done and compared, and then undone.

    Raises DatabaseRefused: the file is missing, in use or of another version, the target is
    not empty, or what arrived is not what was sent.
    """
    if not file.is_file():
        raise DatabaseRefused(f"{file} does not exist.")
    lock = FileLock(file)
    source = create_engine(f"sqlite:///{file}")
    try:
        with source.connect() as old, engine.connect() as new, new.begin() as whole:
            check_current(old)
            bring_forward(new)
            _refuse_what_is_used(new)
            done = tuple(_table(each, old, new, progress) for each in _tables())
            if dry_run:
                whole.rollback()
            return done
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise DatabaseRefused(f"nothing was copied: {why}") from error
    finally:
        source.dispose()
        lock.release()


def target(url: str) -> Engine:
    """The PostgreSQL database of that URL. Raises DatabaseRefused."""
    from bot.store.database import parsed

    found = parsed(url)
    if found.get_backend_name() != BACKEND:
        raise DatabaseRefused(f"the target must be PostgreSQL: {BACKEND}+psycopg://user@host/name.")
    return connect(found, connections=2, idle=600)


def _tables() -> Iterator[Table]:
    """In the order of their foreign keys."""
    return (each for each in Record.metadata.sorted_tables if each.name not in PASSING)


def _refuse_what_is_used(new: Connection) -> None:
    for each in _tables():
        if new.execute(select(func.count()).select_from(each)).scalar():
            raise DatabaseRefused(
                f"the target is not empty (table {each.name} has rows). Make a new database for it."
            )


def _table(each: Table, old: Connection, new: Connection, progress: Progress) -> Copied:
    rows = old.execute(select(func.count()).select_from(each)).scalar() or 0
    done = 0
    for batch in old.execute(_ordered(each)).mappings().partitions(AT_ONCE):
        new.execute(insert(each), [dict(row) for row in batch])
        done += len(batch)
        progress(each.name, done, rows)
    _number_on(each, new)
    sent, arrived = _sum(each, old), _sum(each, new)
    if sent != arrived:
        raise DatabaseRefused(
            f"table {each.name} is not the same in both databases; nothing was copied."
        )
    return Copied(each.name, rows, arrived)


def _ordered(each: Table) -> Any:
    found = select(each).order_by(*each.primary_key.columns)
    return found.execution_options(yield_per=AT_ONCE)


def _number_on(each: Table, new: Connection) -> None:
    """New rows get numbers after those that were copied."""
    key = each.autoincrement_column
    if key is None:
        return
    highest = new.execute(select(func.max(key))).scalar()
    if highest is not None:
        sequence = "pg_get_serial_sequence(:table, :column)"
        values = {"table": each.name, "column": key.name, "highest": highest}
        new.execute(text(f"select setval({sequence}, :highest)"), values)


def _sum(each: Table, there: Connection) -> str:
    """A checksum over all rows as this program reads them."""
    sha = hashlib.sha256()
    for row in there.execute(_ordered(each)):
        plain = [_plain(value) for value in row]
        sha.update(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode())
        sha.update(b"\n")
    return sha.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else value
