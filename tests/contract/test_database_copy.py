"""`firstline db copy`: all of a SQLite file arrives in PostgreSQL, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.channel import Address, Attachment, Rating, Sender
from bot.desk import DatabaseRefused
from config.cli import app
from config.refusals import REFUSALS
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, texts
from tests.postgres_server import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.empty_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A desk with a ticket, an attachment, a rating and umlauts."""
    path = tmp_path / "desk.db"
    with opened(path) as database:
        desk = new_desk(database)
        for number in range(20):
            desk.accept(message(f"Grüße 🙈 {number}", str(number), f"t{number % 3}"))
        files = (Attachment("a.bin", "application/octet-stream", bytes(range(256))),)
        desk.accept(message("human", "h", "t1", attachments=files))
        said = deliver_all(desk)
        desk.accept(Rating(said[0].address, said[0].key, Sender("ann"), True, NOON, "good"))
    return path


def copied(file: Path, url: str, *options: str) -> str:
    done = CliRunner().invoke(app, ["db", "copy", str(file), url, *options])
    if isinstance(done.exception, REFUSALS):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_every_row_arrives_and_the_desk_goes_on_there(file: Path, url: str) -> None:
    assert "rows copied" in copied(file, url)
    with opened(file) as old, opened(url) as new:
        was, now = new_desk(old), new_desk(new)
        for thread in ("t0", "t1", "t2"):
            address = Address("memory", thread)
            assert now.transcript(address, sender="ann") == was.transcript(address, sender="ann")
        assert now.tickets() == was.tickets()
        assert now.accept(message("hello", "new", "t0")).new
        assert now.accept(message("hello", "new too", "another")).new
        assert len(deliver_all(now)) == 2
        assert texts(deliver_all(now)) == []


def test_a_dry_run_keeps_nothing(file: Path, url: str) -> None:
    assert "Nothing was kept" in copied(file, url, "--dry-run")
    copied(file, url)


def test_a_target_that_is_used_is_refused(file: Path, url: str) -> None:
    copied(file, url)
    with pytest.raises(DatabaseRefused, match="not empty"):
        copied(file, url)


def test_what_arrives_changed_is_noticed_and_undone(file: Path, url: str) -> None:
    with opened(url) as database:
        for statement in (
            "create function spoil() returns trigger language plpgsql as"
            " $$ begin new.text = upper(new.text); return new; end $$",
            "create trigger spoil before insert on message for each row execute function spoil()",
        ):
            database.write(lambda s, t=statement: s.execute(text(t)))  # type: ignore[misc]
    with pytest.raises(DatabaseRefused, match="table message is not the same"):
        copied(file, url)
    with opened(url) as database:
        assert database.read(lambda s: s.scalar(text("select count(*) from conversation"))) == 0


def test_a_desk_that_runs_and_a_file_that_is_none_are_refused(
    file: Path, url: str, tmp_path: Path
) -> None:
    with opened(file), pytest.raises(DatabaseRefused, match="in use by process"):
        copied(file, url)
    with pytest.raises(DatabaseRefused, match="does not exist"):
        copied(tmp_path / "nothing.db", url)
    with pytest.raises(DatabaseRefused, match="must be PostgreSQL"):
        copied(file, f"sqlite:///{tmp_path}/other.db")
