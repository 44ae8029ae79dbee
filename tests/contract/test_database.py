"""Opening and writing the database: what is refused and why, and what a commit promises."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.desk import DatabaseFailed, DatabaseRefused, open_database, open_for_reading
from bot.store.full_text import OWN_TABLES
from bot.store.schema import SCHEMA
from tests.desk_support import deliver_all, message, new_desk, opened, texts

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_it_is_durable_and_checks_its_keys(path: Path) -> None:
    with opened(path) as database:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            found = database.write(lambda s, p=pragma: s.execute(text(f"PRAGMA {p}")).scalar())
            assert found == value


def test_the_tables_are_those_of_the_model(path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from bot.model import Record

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not (name or "").startswith(OWN_TABLES)

    with opened(path) as database:
        changes = database.read(
            lambda s: compare_metadata(
                MigrationContext.configure(s.connection(), opts={"include_name": is_ours}),
                Record.metadata,
            )
        )
    assert changes == []


def test_the_newest_migration_is_the_version_we_check() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from bot.store.schema import MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_b9_a_newer_schema_is_refused_with_both_versions(path: Path) -> None:
    with opened(path) as database:
        database.write(lambda s: s.execute(text("update alembic_version set version_num='0099'")))
    for opening in (open_database, open_for_reading):
        with pytest.raises(DatabaseRefused, match=f"0099.*{SCHEMA}"):
            opening(url(path))


def test_b9_an_empty_file_is_brought_forward_but_not_by_a_reader(path: Path) -> None:
    path.touch()
    with pytest.raises(DatabaseRefused, match="Start the desk once"):
        open_for_reading(url(path))
    with opened(path) as database:
        assert (
            database.read(lambda s: s.execute(text("select count(*) from message")).scalar()) == 0
        )


def test_k7_a_migration_is_made_whole_or_not_at_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = path.parent / "migrations"
    shutil.copytree(ROOT / "bot/store/migrations", broken)
    first = broken / "versions/0001_first_tables.py"
    first.write_text(first.read_text() + '\n    raise RuntimeError("in the middle")\n')
    with monkeypatch.context() as patch:
        patch.setattr("bot.store.schema.MIGRATIONS", broken)
        with pytest.raises(RuntimeError, match="in the middle"):
            open_database(url(path))
    with sqlite3.connect(path) as seen:
        assert seen.execute("select count(*) from sqlite_master").fetchone() == (0,)
    seen.close()
    with opened(path) as database:
        assert database.read(lambda s: s.execute(text("select count(*) from ticket")).scalar()) == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("sqlite://", "keeps nothing"),
        ("sqlite:///:memory:", "keeps nothing"),
        ("no url at all", "no database URL"),
        ("sqlite:////no/such/folder/desk.db", "does not exist"),
        ("sqlite:////", "folder"),
    ],
)
def test_b4_a_wrong_place_is_refused_in_words(wrong: str, why: str) -> None:
    with pytest.raises(DatabaseRefused, match=why):
        open_database(wrong)


def test_b4_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_text("this is a letter to my aunt, not a database" * 100)
    with pytest.raises(DatabaseRefused, match="not a database"):
        open_database(url(path))


def test_b4_the_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("create table invoices (id integer)")
    other.close()
    with pytest.raises(DatabaseRefused, match="invoices"):
        open_database(url(path))


OPEN = """
import sys
from bot.desk import DatabaseRefused, open_database
try:
    open_database(sys.argv[1])
except DatabaseRefused as refused:
    print(refused)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_b4_a_read_only_file_is_refused_in_words(open_folder: Path) -> None:
    path = open_folder / "desk.db"
    path.touch()
    path.chmod(0o444)
    assert "cannot be written" in refusal_for_another_user(url(path))


def refusal_for_another_user(database: str) -> str:
    """For root nothing is read-only, so a child gives its rights up before it opens the file."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "opened"
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            open_database(database)
        except DatabaseRefused as refused:
            said = str(refused)
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return answer.read()


def test_k10_a_second_process_is_refused_and_told_the_pid(path: Path) -> None:
    with opened(path):
        done = subprocess.run(
            [sys.executable, "-c", OPEN, url(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    assert f"process {os.getpid()}" in done.stdout
    with opened(path):
        pass


def test_a_reader_beside_the_owner_reads_and_does_not_write(path: Path) -> None:
    with opened(path) as database:
        desk = new_desk(database)
        desk.accept(message("human"))
        deliver_all(desk)
        beside = open_for_reading(url(path))
        reading = new_desk(beside)
        assert len(reading.tickets()) == 1
        assert reading.trace(1) is not None
        with pytest.raises(DatabaseFailed, match="reading only"):
            reading.accept(message("hello", "2"))
        beside.close()


def test_a_reader_of_what_is_not_there_is_told_so(path: Path) -> None:
    with pytest.raises(DatabaseRefused, match="does not exist yet"):
        open_for_reading(url(path))
    assert not path.exists()


def test_one_failing_write_leaves_the_others_of_its_commit(path: Path) -> None:
    """Given many writers at once, one of which fails, when all have returned, only that one is undone."""
    with opened(path) as database:
        database.write(lambda s: s.execute(text("create table numbers (n integer primary key)")))
        start = threading.Barrier(20)
        failed: list[int] = []

        def write(number: int) -> None:
            def work(session: Session) -> None:
                session.execute(text("insert into numbers values (:n)"), {"n": number})
                if number == 7:
                    raise KeyError(number)

            start.wait()
            try:
                database.write(work)
            except KeyError:
                failed.append(number)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = database.read(lambda s: s.scalars(text("select n from numbers order by n")).all())
    assert failed == [7]
    assert kept == [n for n in range(20) if n != 7]


def test_b2_a_lock_held_by_another_program_is_waited_for_and_then_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.database.BUSY_SECONDS", 0.05)
    with opened(path) as database:
        desk = new_desk(database)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseFailed, match="locked"):
            desk.accept(message("hello"))
        holder.execute("ROLLBACK")
        holder.close()
        assert desk.accept(message("hello")).new
        assert texts(deliver_all(desk)) == ["you said: hello [1]"]


def test_b3_a_truncated_log_opens_with_what_was_whole(path: Path) -> None:
    """Given a crash that tore the last frames of the write-ahead log, what came before is there."""
    with opened(path) as database:
        desk = new_desk(database)
        for number in range(5):
            desk.accept(message(f"hello {number}", str(number)))
        copy = path.parent / "copy"
        copy.mkdir()
        for file in path.parent.glob("desk.db*"):
            shutil.copy(file, copy)
    log = copy / "desk.db-wal"
    with log.open("r+b") as torn:
        torn.truncate(log.stat().st_size - 1000)
    (copy / "desk.db-shm").unlink()
    with opened(copy / "desk.db") as database:
        assert database.read(lambda s: s.execute(text("PRAGMA integrity_check")).scalar()) == "ok"
        desk = new_desk(database)
        assert desk.stats().inbox == 4
        assert desk.accept(message("hello 4", "4")).new
        assert len(deliver_all(desk)) == 5


def test_after_the_end_nothing_is_written(path: Path) -> None:
    with opened(path) as database:
        pass
    with pytest.raises(DatabaseFailed, match="closed"):
        database.write(lambda s: s.execute(text("select 1")))
