"""A copy of a running desk's SQLite file, and what a copy must be told before it is served again.

copy(url, file)                   SQLite's own online copy: consistent, and holds no writer up
inspected(file)                   whole, ours, and not newer than this program
settle(file, sure_of, …)          what the copy says is due was perhaps done since it was taken
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bot.store.errors import DatabaseRefused
from bot.store.schema import SCHEMA

OF_POSTGRESQL = """\
{url} is not SQLite: `firstline backup` does not reach into a database server. Use its own tool,
which also works while the desk runs:
  pg_dump --format=custom --file=firstline.dump 'postgresql://…'
  pg_restore --clean --if-exists --dbname='postgresql://…' firstline.dump
Save firstline.toml, .env, articles and flows beside it; the index is made again."""

_UNCERTAIN = """\
update outbox set state = 'uncertain' where state = 'due' and conversation_id not in
(select id from conversation where channel in (select value from json_each(?)))"""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A database file that can be served: its schema and how much is in it."""

    schema: str
    conversations: int
    messages: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What was set aside: replies that were perhaps sent, actions that were perhaps run."""

    replies: int
    actions: int


def file_of(url: str) -> Path:
    """The file of a SQLite address. Raises DatabaseRefused for any other, saying what to use."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise DatabaseRefused(OF_POSTGRESQL.format(url=parsed.render_as_string()))
    return Path(parsed.database)


def copy(url: str, file: Path) -> None:
    """Copy the database as it is now into a new file. Raises DatabaseRefused."""
    path = file_of(url)
    if not path.is_file():
        raise DatabaseRefused(f"{path} does not exist yet: start the desk once.")
    try:
        with closing(_reading(path)) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise DatabaseRefused(f"{path} cannot be copied: {error}.") from error
    _sync(file)


def inspected(file: Path) -> Inspected:
    """Read every page, and compare the schema. Raises DatabaseRefused."""
    try:
        with closing(_reading(file)) as database:
            (verdict,) = database.execute("pragma integrity_check(1)").fetchone()
            if verdict != "ok":
                raise DatabaseRefused(f"{file.name} is damaged: {verdict}.")
            (schema,) = database.execute("select version_num from alembic_version").fetchone()
            counts = [
                database.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608
                for table in ("conversation", "message", "ticket")
            ]
    except (sqlite3.Error, TypeError) as error:
        raise DatabaseRefused(f"{file.name} is not a whole Firstline database: {error}.") from error
    if str(schema) > SCHEMA:
        raise DatabaseRefused(
            f"the backup has schema {schema}, this program knows schemas up to {SCHEMA}. "
            "Restore it with the program that wrote it, or a newer one."
        )
    return Inspected(str(schema), *counts)


def settle(file: Path, *, sure_of: Collection[str], catch_up: bool) -> Settled:
    """Before a restored file is served: what was under way when it was copied is set aside.

    A reply that was due may have been sent since, so it becomes `uncertain` and is not sent
    unless a person says so; except on the channels `sure_of`, where sending one twice shows it
    once. An action of a flow becomes `running`, as after a crash: it is run again only if that
    does no harm. Without `catch_up` the channels do not fetch what was written since.
    """
    with closing(sqlite3.connect(file)) as database, database:
        replies = database.execute(_UNCERTAIN, (json.dumps(list(sure_of)),)).rowcount
        actions = 0
        if _has(database, "flow_job"):
            actions = database.execute(
                "update flow_job set state = 'running' where state = 'due' and kind = 'action'"
            ).rowcount
        if not catch_up and _has(database, "bookmark"):
            database.execute("delete from bookmark")
    _sync(file)
    return Settled(replies, actions)


def _has(database: sqlite3.Connection, table: str) -> bool:
    found = "select 1 from sqlite_master where type = 'table' and name = ?"
    return database.execute(found, (table,)).fetchone() is not None


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
