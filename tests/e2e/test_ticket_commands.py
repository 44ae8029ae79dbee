"""`firstline ticket clock` and `ticket learn` as their users call them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.desk import open_database
from config.cli import app
from config.new_desk import make_desk
from config.wiring import Place, database_url, open_place
from knowledge.categories import CategoriesRefused, read
from tests.real_model import ROOT, real_embedder
from tests.ticket_support import MIA, House

SLA = """
[[hours]]
name = "office"
week = { "mon-fri" = ["09:00-12:30", "13:00-17:00"] }

[[sla]]
first_response = "1h"
hours = "office"
"""
LONG_AGO = datetime(2024, 11, 26, 12, tzinfo=UTC)
WORDS = {
    "billing": "The invoice of {} has the wrong amount, please refund my card.",
    "sync": "My bookmarks do not sync between the phone and laptop number {}.",
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("FIRSTLINE_HOME", raising=False)
    make_desk(tmp_path / "desk")
    return tmp_path / "desk"


@pytest.fixture
def real_desk(desk: Path) -> Path:
    """With the prepared model."""
    real_embedder()
    (desk / "var").mkdir()
    (desk / "var" / "models").symlink_to(ROOT / "var" / "models")
    return desk


def a_ticket(place: Place, texts: list[str], *, solved_in: str = "") -> list[int]:
    """A ticket for each text, as wished solved in that queue."""
    database = open_database(database_url(place))
    house = House(database)
    house.clock.now = LONG_AGO
    numbers = []
    for number, text in enumerate(texts):
        thread = f"{solved_in}{number}"
        house.says(text, thread)
        numbers.append(house.handed_over(thread))
        if solved_in:
            house.console.change(MIA, numbers[-1], {"queue": solved_in})
            house.console.solve(MIA, numbers[-1])
    database.close()
    return numbers


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_a_due_time_is_explained_stretch_by_stretch(desk: Path) -> None:
    (desk / "firstline.toml").write_text(SLA, "utf-8")
    (number,) = a_ticket(open_place(desk), ["It does not start."])
    told = run("ticket", "clock", number, "--desk", desk, "--zone", "Europe/Berlin")
    assert "first response: due Tue 2024-11-26 14:30 CET" in told
    assert (
        "Tue 2024-11-26 13:00 CET – Tue 2024-11-26 13:30 CET        30m  counted, 30m so far"
        in told
    )
    assert "not counted: outside business hours" in told
    found = json.loads(run("ticket", "clock", number, "--desk", desk, "--json"))
    assert found["clocks"][0]["due"] == "2024-11-26T13:30:00+00:00"
    assert [e["total_seconds"] for e in found["clocks"][0]["book"]][:2] == [1800, 1800]


def test_nothing_promised_and_no_such_ticket_are_said(desk: Path) -> None:
    (number,) = a_ticket(open_place(desk), ["It does not start."])
    assert "Nothing is promised" in run("ticket", "clock", number, "--desk", desk)
    assert "There is no ticket #99" in run("ticket", "clock", 99, "--desk", desk)
    assert "no time zone" in run("ticket", "clock", number, "--desk", desk, "--zone", "Mars")


def test_it_learns_from_the_queues_that_solved_tickets(real_desk: Path) -> None:
    place = open_place(real_desk)
    for queue, text in WORDS.items():
        a_ticket(place, [text.format(n) for n in range(12)], solved_in=queue)
    kept = real_desk / "var" / "categories.json"
    tried = run("ticket", "learn", "--desk", real_desk, "--dry-run")
    assert "Nothing was kept" in tried
    assert not kept.exists()
    told = run("ticket", "learn", "--desk", real_desk)
    assert "100% of the examples" in told
    assert "No routing rule names: billing, sync" in told
    model = real_embedder()
    found = read(kept, embedder=model.name, dimension=model.dimension)
    assert found is not None
    judged = found.judge(model.embed(["I was charged twice on my card for one invoice"])[0])
    assert judged.category == "billing"


def test_it_learns_from_a_file_and_says_which_line_is_wrong(
    real_desk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "examples.jsonl"
    lines = [
        json.dumps({"category": name, "subject": text.format(n), "body": ""})
        for name, text in WORDS.items()
        for n in range(12)
    ]
    file.write_text("\n".join(lines), "utf-8")
    found = json.loads(run("ticket", "learn", "--desk", real_desk, "--file", file, "--json"))
    assert (found["examples"], found["kept"], found["accuracy"]) == (24, True, 1.0)
    file.write_text("\n".join([*lines, '{"category": "x"}']), "utf-8")
    with pytest.raises(CategoriesRefused, match=r"examples\.jsonl:25: write"):
        run("ticket", "learn", "--desk", real_desk, "--file", file)


def test_a_desk_without_solved_tickets_has_nothing_to_learn(real_desk: Path) -> None:
    a_ticket(open_place(real_desk), ["It does not start."])
    with pytest.raises(CategoriesRefused, match="At least two categories"):
        run("ticket", "learn", "--desk", real_desk)
