"""The restore drill: a desk is saved while it works, lost, and goes on from its backup (B8, B9)."""

from __future__ import annotations

import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.channel import Address
from bot.dead_letters import DeadLetters
from bot.desk import Database, Desk, open_beside, open_database
from bot.people import Person, Role
from config.archive import ArchiveRefused, write
from config.backup import back_up, restore
from config.new_desk import make_desk
from config.wiring import Place, database_url, open_place
from tests.desk_support import NOON, deliver_all, message, new_desk, texts

ADMIN = Person("1", "Root", Role.ADMIN)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    folder = tmp_path / "desk"
    make_desk(folder)
    return open_place(folder)


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    database = open_database(database_url(place))
    yield database
    database.close()


def served(folder: Path) -> Database:
    return open_database(database_url(open_place(folder)))


def test_a_backup_taken_under_load_is_whole_and_holds_what_was_kept_before_it(
    place: Place, database: Database, tmp_path: Path
) -> None:
    desk = new_desk(database)
    for n in range(20):
        desk.accept(message(f"before {n}", f"b{n}", thread=f"t{n % 5}"))
    stop = threading.Event()
    load = threading.Thread(target=busy, args=(desk, stop))
    load.start()
    try:
        found = back_up(place, tmp_path / "one.backup", NOON)
    finally:
        stop.set()
        load.join()
    assert found["messages"] >= 20
    assert found["database"] == "var/firstline.db"
    new = tmp_path / "restored"
    restore(tmp_path / "one.backup", new)
    with closing(served(new)) as restored:
        lines = new_desk(restored).transcript(Address("memory", "t0"))
    assert [line.text for line in lines if line.text.startswith("before")] == [
        f"before {n}" for n in range(0, 20, 5)
    ]
    assert {"firstline.toml", "articles", "var"} <= {each.name for each in new.iterdir()}
    assert (tmp_path / "one.backup").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".*backup*"))


def busy(desk: Desk, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        desk.accept(message("under way", f"w{number}", thread=f"w{number % 7}"))
        desk.take_turn()
        number += 1


def test_what_was_sent_before_the_backup_is_not_sent_again(
    place: Place, database: Database, tmp_path: Path
) -> None:
    """And what was on its way is held for a person: it may have arrived since."""
    desk = new_desk(database)
    desk.accept(message("first", "1"))
    assert texts(deliver_all(desk)) == ["you said: first [1]"]
    desk.accept(message("second", "2"))
    while desk.take_turn():
        pass
    back_up(place, tmp_path / "one.backup", NOON)
    deliver_all(desk)  # what the backup does not know
    found = restore(tmp_path / "one.backup", tmp_path / "new")
    assert (found["replies"], found["messages"]) == (1, 4)
    with closing(served(tmp_path / "new")) as restored:
        again = new_desk(restored)
        assert deliver_all(again) == []
        assert again.stats().outbox_uncertain == 1
        again.accept(message("third", "3"))
        assert texts(deliver_all(again)) == ["you said: third [1]"]
        with closing(open_beside(database_url(open_place(tmp_path / "new")))) as beside:
            letters = DeadLetters(beside, lambda: NOON, turn_attempts=3)
            (letter,) = letters.listed()
            assert (letter.state, letter.text) == ("uncertain", "you said: second [1]")
            assert letters.retry(letter.id, ADMIN, "the user never saw it")
        (put_back,) = again.due(10)
        assert put_back.attempt > 1  # so a channel looks for its own copy first


def test_what_shows_the_transcript_itself_needs_no_person(
    place: Place, database: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(place.folder / "var" / "firstline.db")) as raw:
        desk = new_desk(database)
        desk.accept(message("hello", "1"))
        while desk.take_turn():
            pass
        raw.execute("update conversation set channel = 'web'")
        raw.commit()
    back_up(place, tmp_path / "one.backup", NOON)
    assert restore(tmp_path / "one.backup", tmp_path / "new")["replies"] == 0


def test_channels_fetch_what_came_since_unless_told_otherwise(
    place: Place, database: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(place.folder / "var" / "firstline.db")) as raw:
        raw.execute("insert into bookmark (channel, place, mark) values ('slack', 'C1', '17.0')")
        raw.commit()
    back_up(place, tmp_path / "one.backup", NOON)
    restore(tmp_path / "one.backup", tmp_path / "with")
    restore(tmp_path / "one.backup", tmp_path / "without", catch_up=False)
    assert [marks(tmp_path / name) for name in ("with", "without")] == [1, 0]


def marks(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "var" / "firstline.db")) as raw:
        return int(raw.execute("select count(*) from bookmark").fetchone()[0])


def test_secrets_are_saved_only_when_wanted(
    place: Place, database: Database, tmp_path: Path
) -> None:
    back_up(place, tmp_path / "plain.backup", NOON)
    back_up(place, tmp_path / "whole.backup", NOON, secrets=True)
    assert ".env" not in names(tmp_path / "plain.backup")
    assert ".env" in names(tmp_path / "whole.backup")


def names(file: Path) -> list[str]:
    with tarfile.open(file) as archive:
        return archive.getnames()


def test_nothing_is_overwritten(place: Place, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "one.backup"
    back_up(place, file, NOON)
    with pytest.raises(ArchiveRefused, match="exists already"):
        back_up(place, file, NOON)
    with pytest.raises(ArchiveRefused, match="not an empty folder"):
        restore(file, place.folder)


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8, 0.97])
def test_a_damaged_or_cut_backup_is_refused_and_leaves_nothing(
    place: Place, database: Database, tmp_path: Path, at: float
) -> None:
    file = tmp_path / "one.backup"
    back_up(place, file, NOON)
    content = file.read_bytes()
    middle = int(len(content) * at)
    (tmp_path / "cut").write_bytes(content[:middle])
    flipped = bytearray(content)
    flipped[middle] ^= 0xFF
    (tmp_path / "flipped").write_bytes(flipped)
    for bad in ("cut", "flipped", "missing"):
        with pytest.raises(ArchiveRefused, match=r"backup|There is no file"):
            restore(tmp_path / bad, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_newer_program_is_refused_with_both_schemas(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"")
    facts = {"schema": "9999", "database": "var/firstline.db"}
    write(tmp_path / "one.backup", {"var/firstline.db": tmp_path / "db"}, facts)
    with pytest.raises(ArchiveRefused, match=r"schema 9999.*up to \d{4}"):
        restore(tmp_path / "one.backup", tmp_path / "new")


def test_an_archive_cannot_write_outside_of_its_folder(tmp_path: Path) -> None:
    """R3: names that climb, and links."""
    (tmp_path / "evil").write_text("evil")
    write(tmp_path / "climbing", {"../../evil2": tmp_path / "evil"}, {})
    with tarfile.open(tmp_path / "linking", "w:gz") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    for name in ("climbing", "linking"):
        with pytest.raises(ArchiveRefused):
            restore(tmp_path / name, tmp_path / "in" / "new")
    assert not list(tmp_path.rglob("evil2"))
    assert not (tmp_path / "in" / "new").exists()
