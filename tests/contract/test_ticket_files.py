"""Tickets to files and back: nothing is lost, nothing comes twice, no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.ticket_archive import TicketArchive
from bot.ticket_views import Filters
from config.cli import app
from config.ticket_records import (
    COLUMNS,
    FORMULA,
    LineRefused,
    csv_row,
    guarded,
    json_line,
    read_csv,
    read_json_lines,
    unguarded,
)
from tests.desk_support import NOON, opened
from tests.ticket_support import LEA, MIA, House, both_states

ALL = Filters(statuses=("new", "open", "pending", "on_hold", "solved", "closed"))


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    folder = tmp_path_factory.mktemp("desks")
    with opened(folder / "one.db") as one, opened(folder / "two.db") as two:
        yield House(one), House(two)


def as_read(lines: str) -> list[dict[str, Any]]:
    found = [record for _, record in read_json_lines(io.StringIO(lines))]
    assert not [each for each in found if isinstance(each, LineRefused)], found
    return found  # type: ignore[return-value]


def out_of(archive: TicketArchive) -> list[dict[str, Any]]:
    return as_read("".join(json_line(each) + "\n" for each in archive.exported(ALL)))


words = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and "\x00" not in text)
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["claim", "note", "change", "solve", "hold", "merge", "escalate", "wrote", "later"]
        ),
        words,
    ),
    max_size=6,
)
made = count(1)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=acts, subject=words)
def test_our_own_export_is_taken_in_without_loss(
    houses: tuple[House, House], acts: list[tuple[str, str]], subject: str
) -> None:
    example = next(made)
    one, two = houses
    number = one.handed_over(f"main-{example}")
    other = one.handed_over(f"other-{example}")
    for act, text in acts:
        work(one, act, number, other, f"main-{example}", text, subject)
    here = TicketArchive(one.database, "one", clock=one.clock)
    there = TicketArchive(two.database, "two", clock=two.clock)
    records = out_of(here)
    for record in records:
        there.take(record)
    assert [missing for record in records for missing in there.link(record)] == []
    assert out_of(there) == records
    assert [there.take(record) for record in records] == [None] * len(records), "once only"
    assert [here.take(record) for record in records] == [None] * len(records), "our own is known"
    state, rebuilt = both_states(two.database, there.known(records[-1]["external_id"]) or 0)
    assert state == rebuilt


def work(
    house: House, act: str, number: int, other: int, thread: str, text: str, subject: str
) -> None:
    """One act, if it can be done now."""
    console = house.console
    try:
        if act == "claim":
            console.claim(MIA, number)
        elif act == "note":
            console.note(MIA, number, text)
        elif act == "change":
            console.change(LEA, number, {"subject": subject, "tags": [text], "fields": {"a": text}})
        elif act == "solve":
            console.solve(LEA, number, text)
        elif act == "hold":
            console.hold(LEA, number)
        elif act == "merge":
            console.merge(LEA, number, other)
        elif act == "later":
            house.clock.move(days=4)
        elif act == "escalate":
            console.escalate(LEA, number)
        else:
            house.says(text, thread)
    except ValueError:
        return


@given(cell=st.text(max_size=30) | st.builds(str.__add__, st.sampled_from([*FORMULA, "'"]), words))
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    safe = guarded(cell)
    assert not safe or safe[0] not in FORMULA
    assert unguarded(safe) == cell


def test_a_csv_file_is_safe_and_read_back(houses: tuple[House, House]) -> None:
    one, two = houses
    number = one.handed_over("csv")
    evil = '=HYPERLINK("http://evil.example","x")'
    one.console.change(LEA, number, {"subject": evil, "tags": ["+a", "b"]})
    archive = TicketArchive(one.database, "one", clock=one.clock)
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    (record,) = [each for each in archive.exported(ALL) if each["number"] == number]
    rows.writerow(csv_row(record))
    assert not [cell for cell in file.getvalue().split("\r\n")[1].split(",") if cell[:1] == "="]
    file.seek(0)
    (found,) = [each for _, each in read_csv(file, {}, NOON)]
    assert not isinstance(found, LineRefused)
    assert (found["subject"], found["tags"]) == (evil, ("+a", "b"))
    found["external_id"] = "csv-1"
    there = TicketArchive(two.database, "two", clock=two.clock)
    taken = there.take(found)
    assert taken
    assert two.console.ticket(LEA, taken).ticket.subject == evil


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "firstline.toml").write_text("[desk]\nname = 'Test'\n")
    (tmp_path / ".env").write_text("FIRSTLINE_SECRET=" + "x" * 40 + "\n")
    (tmp_path / "var").mkdir()
    with opened(tmp_path / "var" / "firstline.db"):
        pass  # made, and brought forward
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.output


def test_the_commands_take_in_all_of_a_file_or_nothing(desk: Path) -> None:
    file, out = desk / "old.csv", desk / "out.jsonl"
    where = ("--desk", str(desk))
    mapped = ("--column", "subject=Title", "--column", "external_id=Id")
    file.write_text("Id,Title,priority\nz-1,Broken,high\nz-2,,low\nz-1,Again,urgentest\n")
    code, said = run("ticket", "import", str(file), *mapped, *where)
    assert code == 1
    assert "old.csv:3: subject: " in said
    assert "old.csv:4: priority: " in said
    assert "nothing was taken in" in said
    file.write_text("Id,Title,priority\nz-1,Broken,high\nz-2,Slow,low\n")
    assert (
        "2 tickets would be taken"
        in run("ticket", "import", str(file), *mapped, "--dry-run", *where)[1]
    )
    assert "2 tickets taken in, 0 were" in run("ticket", "import", str(file), *mapped, *where)[1]
    assert "0 tickets taken in, 2 were" in run("ticket", "import", str(file), *mapped, *where)[1]
    assert "2 tickets written" in run("ticket", "export", str(out), *where)[1]
    assert "0 tickets written" in run("ticket", "export", str(out), "--tag", "x", *where)[1]
    assert run("ticket", "import", str(file), *where)[0] == 1, "no column for subject"
    assert run("ticket", "export", str(desk / "out.xls"), *where)[0] == 2
