"""The flows that ship are proven and every way of them is tested; public trees can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow_tests import matches, read_dialogs
from config.flows import flow_shelf, run_dialogs
from tests.flow_support import ears, flow, folder

PROOFS = Path(__file__).parents[1] / "flows"


def test_the_flows_that_ship_are_sound_and_every_way_is_taken_by_a_dialog() -> None:
    flows, problems = flow_shelf([folder()])
    assert len(flows) >= 8
    wrong, open_ways, played = run_dialogs([folder()], flows, ears())
    assert [*map(str, problems), *map(str, wrong), *open_ways] == []
    assert played >= 8


def test_public_troubleshooting_trees_can_be_written_and_walked() -> None:
    flows, problems = flow_shelf([PROOFS])
    wrong, _, played = run_dialogs([PROOFS], flows, ears())
    assert [*map(str, problems), *map(str, wrong)] == []
    assert played == 11


def test_a_dialog_that_goes_otherwise_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    text = "# one\nflow: one\nAnother question?\n> 1\n…\n= solved\n"
    (tmp_path / "tests" / "one.md").write_text(text)
    one = flow("title: t\ntriggers: [t]\nsteps:\n  a: {ask: Q?, choices: {A: b}}\n  b: {end: x}\n")
    problems, open_ways, played = run_dialogs([tmp_path], {"one": one}, ears())
    assert played == 1
    assert [problem.line for problem in problems] == [1, 1]
    assert "the bot says: Q?" in problems[0].what
    assert "ends ended, not solved" in problems[1].what
    assert open_ways == []


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("a …", "a b c", True),
        ("… c", "a b\n c", True),
        ("a", "b", False),
        ("", "", True),
        ("…", "", True),
    ],
)
def test_expected_words(expected: str, got: str, same: bool) -> None:
    assert matches(expected, got) is same


def test_a_file_without_a_dialog_is_told() -> None:
    assert read_dialogs("nothing", "x.md")[1]
    assert "names no flow" in read_dialogs("# a\n> hello\n", "x.md")[1][0].what
