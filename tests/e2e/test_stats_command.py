"""`firstline stats` over a desk that was used."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.console import Written
from config.cli import app
from tests.desk_support import opened
from tests.ticket_support import MIA, House

RUN = CliRunner()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "var").mkdir()
    (folder / "firstline.toml").write_text('[desk]\nzone = "Pacific/Auckland"\n', "utf-8")
    with opened(folder / "var" / "firstline.db") as database:
        house = House(database)
        house.clock.now = datetime(2026, 10, 31, 12, tzinfo=UTC)  # the first of November there
        number = house.handed_over()
        house.clock.move(minutes=30)
        house.console.reply(MIA, number, Written("Try this.", then="solved"))
        house.says("thanks", "alone")
    return folder


def stats(desk: Path, *options: str) -> str:
    done = RUN.invoke(app, ["stats", "--desk", str(desk), *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_figures_are_told_to_people_to_scripts_and_to_spreadsheets(desk: Path) -> None:
    november = ("--from", "2026-11-01", "--to", "2026-11-01")
    told = stats(desk, *november)
    assert "1 opened, 1 solved, 0 active" in told
    assert "first response: median 30 min" in told
    assert "2 conversations: 1 needed no person, 0 of them confirmed" in told
    found = json.loads(stats(desk, *november, "--json"))
    assert found["by_day"] == {"2026-11-01": 1}
    rows = list(csv.reader(io.StringIO(stats(desk, *november, "--csv"))))
    assert ["tier opened", "tier 1", "1"] in rows
    october = json.loads(stats(desk, "--from", "2026-10-01", "--to", "2026-10-31", "--json"))
    assert october["total"]["opened"] == 0
    assert json.loads(stats(desk, *november, "--json", "--tier", "2"))["total"]["opened"] == 0


def test_a_period_that_cannot_be_is_refused_in_words(desk: Path) -> None:
    done = RUN.invoke(app, ["stats", "--desk", str(desk), "--from", "soon"])
    assert done.exit_code == 2
    assert "write it like" in " ".join(done.output.split())
