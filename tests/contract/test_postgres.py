"""What is PostgreSQL's own: who migrates, what is refused, and connections that are cut."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.desk import Database, DatabaseFailed, DatabaseRefused, open_database, open_for_reading
from bot.store.schema import SCHEMA
from tests.desk_support import deliver_all, message, new_desk, opened, texts
from tests.postgres_server import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with opened(url) as database:
        yield database


def test_the_tables_are_those_of_the_model(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import bot.flow_model  # noqa: F401 - its tables are part of the schema
    from bot.model import Record

    def is_ours(name: str | None, _kind: str, _parents: object) -> bool:
        return name != "ix_ticket_text_words"  # what searches texts is each database's own

    changes = database.read(
        lambda s: compare_metadata(
            MigrationContext.configure(s.connection(), opts={"include_name": is_ours}),
            Record.metadata,
        )
    )
    assert changes == []


def test_of_many_that_start_at_once_one_brings_the_tables_forward(postgres: PostgresServer) -> None:
    url = postgres.empty_database()
    with ThreadPoolExecutor(4) as starting:
        opening = [starting.submit(open_database, url) for _ in range(4)]
        databases = [each.result(timeout=60) for each in opening]
    for each in databases:
        assert new_desk(each).stats().inbox == 0
        each.close()


def test_b9_a_newer_schema_is_refused_with_both_versions(database: Database, url: str) -> None:
    database.write(lambda s: s.execute(text("update alembic_version set version_num='0099'")))
    for opening in (open_database, open_for_reading):
        with pytest.raises(DatabaseRefused, match=f"0099.*{SCHEMA}"):
            opening(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql+psycopg://nobody@127.0.0.1:1/desk", "cannot be opened"),
        ("postgresql://firstline@/desk", r"postgresql\+psycopg"),
        ("mysql://firstline@/desk", "not a database that Firstline uses"),
        ("postgresql+psycopg://me:s3cret@here:port/desk", "no database URL"),
    ],
)
def test_b4_what_cannot_be_opened_is_refused_in_words(url: str, why: str) -> None:
    with pytest.raises(DatabaseRefused, match=why) as refused:
        open_database(url)
    assert "s3cret" not in str(refused.value)


def test_a_reader_beside_the_others_reads_and_does_not_write(database: Database, url: str) -> None:
    new_desk(database).accept(message("human"))
    deliver_all(new_desk(database))
    beside = open_for_reading(url)
    assert len(new_desk(beside).tickets()) == 1
    with pytest.raises(DatabaseFailed, match="reading only"):
        new_desk(beside).accept(message("hello", "2"))
    beside.close()


def test_b5_cut_connections_are_replaced_and_nothing_is_told_twice(
    database: Database, postgres: PostgresServer
) -> None:
    desk = new_desk(database)
    for number in range(30):
        postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where backend_type ="
            " 'client backend' and pid <> pg_backend_pid()"
        )
        assert desk.accept(message(f"hello {number}", str(number))).new
    said = texts(deliver_all(desk))
    assert said == [f"you said: hello {number} [1]" for number in range(30)]


def test_b6_a_deadlock_is_taken_again(database: Database) -> None:
    """Two writers that lock two rows in opposite order: both are done in the end."""
    database.write(lambda s: s.execute(text("create table numbers (n int primary key, v int)")))
    database.write(lambda s: s.execute(text("insert into numbers values (1, 0), (2, 0)")))
    both = threading.Barrier(2)

    def add(first: int, second: int) -> None:
        waits = [True]

        def work(session: Session) -> None:
            change = text("update numbers set v = v + 1 where n = :n")
            session.execute(change, {"n": first})
            if waits:
                waits.clear()
                both.wait(timeout=30)
            session.execute(change, {"n": second})

        database.write(work)

    with ThreadPoolExecutor(2) as writing:
        for done in [writing.submit(add, 1, 2), writing.submit(add, 2, 1)]:
            done.result(timeout=60)
    assert database.read(lambda s: s.scalars(text("select v from numbers")).all()) == [2, 2]


def test_what_is_said_at_once_in_a_new_conversation_is_kept_in_one_order(
    database: Database,
) -> None:
    desk = new_desk(database)
    with ThreadPoolExecutor(8) as people:
        heard = [people.submit(desk.accept, message(f"m{n}", str(n))) for n in range(40)]
        assert all(each.result(timeout=60).new for each in heard)
    assert len(deliver_all(desk)) == 40
