"""B1: where nothing more can be written, a message is refused, not lost, and taken when there is room."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.desk import DatabaseFailed
from tests.desk_support import deliver_all, message, new_desk, opened


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow or be written: that needs no privileges."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_b1_what_cannot_be_kept_is_refused_and_heard_when_it_comes_again(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    with opened(file) as database:
        desk = new_desk(database)
        desk.accept(message("first", "1"))
        with full_disk(), pytest.raises(DatabaseFailed):
            desk.accept(message("second", "2"))
        assert desk.accept(message("second", "2")).new
        while desk.take_turn():
            pass
        assert len(deliver_all(desk)) == 2
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("pragma integrity_check").fetchone() == ("ok",)
        kept = raw.execute("select text from message where author = 'user' order by id").fetchall()
    assert kept == [("first",), ("second",)]
