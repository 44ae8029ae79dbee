"""A requester's data: exported, previewed, erased, and kept no longer than agreed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.account_model import AuditLine
from bot.audit import Audit
from bot.channel import Sender
from bot.closings import Closings
from bot.console import Forbidden, Written
from bot.model import Record
from bot.opening import TicketRules
from bot.people import Person, Role
from bot.requester_data import NoSuchRequester, RequesterData
from bot.retention import Due, Retention, Terms
from bot.wording import load_wording
from tests.desk_support import opened
from tests.ticket_support import LEA, MIA, House

ADA = Person("ada", "Ada", Role.ADMIN)
CANARY = "my iban is DE00 1234"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path / "desk.db") as database:
        yield House(database)


def dump(house: House) -> str:
    """Every value of every table, as text."""

    def work(session: Session) -> str:
        tables = Record.metadata.sorted_tables
        rows = [str(row) for t in tables for row in session.execute(select(t))]
        return "\n".join([*rows, *map(str, session.execute(text("select * from ticket_fts")))])

    return house.database.read(work)


def lived_in(house: House) -> int:
    """Ann has a ticket with all that there can be; Bob a conversation in which she wrote too."""
    number = house.handed_over("hers")
    house.says(CANARY, "hers")
    house.console.claim(MIA, number)
    house.console.note(MIA, number, f"note: {CANARY}")
    house.console.reply(MIA, number, Written("Done", then="solved"))
    wording = load_wording("en")
    Closings(house.database, wording, TicketRules(), clock=house.clock).tell()
    house.says("a question", "his", sender=Sender("bob", "Bob"))
    house.says(f"me too, {CANARY}", "his", sender=Sender("ann", "Ann"))
    return number


def test_an_erasure_leaves_nothing_of_them_and_all_of_others(house: House) -> None:
    lived_in(house)
    data = RequesterData(house.database, house.clock)
    counts = data.preview(ADA, "memory:ann")
    assert counts["ticket"] == 1
    assert counts["message_elsewhere"] == 1
    assert CANARY in dump(house)
    assert data.erase(ADA, "memory:ann") == counts
    left = dump(house)
    assert CANARY not in left
    assert "'ann'" not in left
    assert "Ann" not in left
    assert "a question" in left
    (line,) = Audit(house.database).listed()
    assert (line.who, line.what, line.on_whom) == ("ada", "requester erased", "requester 1")
    with pytest.raises(NoSuchRequester):
        data.preview(ADA, "memory:ann")
    assert house.says("hello again", "hers")


def test_an_export_has_what_was_said_and_no_note(house: House) -> None:
    number = lived_in(house)
    told = RequesterData(house.database, house.clock).export(ADA, "1")
    words = json.dumps(told)
    assert CANARY in words
    assert "note:" not in words
    assert "Bob" not in words
    assert told["tickets"][0]["number"] == number
    assert told["identities"] == ["memory:ann"]
    assert [each.what for each in Audit(house.database).listed()] == ["requester exported"]


def test_only_admins_may(house: House) -> None:
    lived_in(house)
    data = RequesterData(house.database, house.clock)
    for person in (LEA, MIA):
        for act in (data.export, data.preview, data.erase):
            with pytest.raises(Forbidden):
                act(person, "1")
    assert Audit(house.database).listed() == ()


def test_retention_deletes_what_is_old_and_closed_and_nothing_else(house: House) -> None:
    lived_in(house)
    terms = Terms(timedelta(days=60), timedelta(days=30), timedelta(days=365))
    retention = Retention(house.database, terms, house.clock)
    assert (retention.preview(), retention.work()) == (Due(), 0)
    house.clock.move(days=8)
    house.console.close_due()
    house.clock.move(days=31)
    assert retention.preview() == Due(tickets=1)
    assert (retention.work(), retention.work()) == (1, 0)
    assert house.desk.tickets() == ()
    house.says("still here", "his", sender=Sender("bob", "Bob"))
    house.clock.move(days=59)
    assert retention.preview() == Due(conversations=1)
    assert retention.delete() == Due(conversations=1)
    assert CANARY not in dump(house).replace(f"me too, {CANARY}", "")
    assert "still here" in dump(house)
    house.clock.move(days=366)
    assert retention.preview().audit_lines == 2
    while retention.delete().total:
        pass
    lines = house.database.read(lambda s: s.scalars(select(AuditLine.what)).all())
    assert lines == ["retention"]


def test_nothing_is_deleted_where_nothing_is_agreed(house: House) -> None:
    lived_in(house)
    house.clock.move(days=10_000)
    house.console.close_due()
    assert Retention(house.database, Terms(), house.clock).delete() == Due()


def test_an_erasure_knows_every_table_that_hangs_on_a_conversation() -> None:
    """A model that is not imported there would hold a row back, and the erasure with it."""
    code = "import bot.store.erasure; from bot.model import Record; print(*Record.metadata.tables)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    files = Path("bot").glob("*.py")
    hung = re.compile(r'__tablename__ = "(\w+)"(?:(?!__tablename__).)*?ForeignKey\("(\w+)\.', re.S)
    pairs = [pair for file in files for pair in hung.findall(file.read_text("utf-8"))]
    ours = {"conversation", "message", "requester", "ticket"}
    assert len([pair for pair in pairs if pair[1] in ours]) > 10
    assert {name for name, on in pairs if on in ours} - set(done.stdout.split()) == set()
