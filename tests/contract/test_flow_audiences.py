"""Flows and articles for some: by the place where a conversation lives, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.flow_state import run_of
from knowledge.content import Article
from tests.desk_support import opened
from tests.flow_desk_support import FlowTown
from tests.flow_support import flow

STAFF = flow(
    """
    title: Rotate the signing key
    triggers: [rotate signing key]
    audience: staff
    steps:
      q: {ask: Which key?}
      d: {solved: Done.}
    """,
    "rotate",
)
EVERYBODY = flow(
    """
    title: The badge printer
    triggers: [badge printer jammed]
    steps:
      b:
        branch:
          - {when: "audience == 'staff' and channel == 'test'", to: inside}
          - {else: outside}
      inside: {ask: "Inside.", next: end}
      outside: {ask: "Outside, on {{ platform | default('nothing') }}.", next: end}
      end: {end: "Bye."}
    """,
    "where",
)
SECRET = Article("codes", "Refund codes", "The refund codes are 17 and 4.", audience="staff")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[FlowTown]:
    with opened(tmp_path / "desk.db") as database:
        inside = {"test:war-room": "staff"}
        yield FlowTown(database, STAFF, EVERYBODY, articles=(SECRET,), audiences=inside)


@pytest.mark.parametrize(
    "thread", ["war-room", "war-room:17.1", "thread/war-room/9", "war-room!U1!5"]
)
def test_a_flow_for_some_starts_where_they_are(town: FlowTown, thread: str) -> None:
    assert "Which key?" in town.says("rotate signing key", thread)


@pytest.mark.parametrize("thread", ["1", "war-room-2", "test:war", "WAR-ROOM", "xwar-room"])
def test_a_flow_for_some_is_never_started_or_offered_elsewhere(town: FlowTown, thread: str) -> None:
    for text in ("rotate signing key", "please rotate my key", "rotate"):
        said = town.says(text, thread)
        assert "Which key?" not in said
        assert "Rotate the signing key" not in said
    town.says("Rotate", thread, "start:rotate")
    assert [run for run in town.runs() if run.flow == "rotate"] == []


def test_an_article_for_some_is_given_where_they_are_and_nowhere_else(town: FlowTown) -> None:
    assert "17 and 4" in town.says("what are the refund codes", "war-room")
    assert "17 and 4" not in town.says("what are the refund codes", "1")
    assert "17 and 4" not in town.says("Refund codes", "1", "article:codes")


def test_what_is_asked_inside_a_flow_is_answered_for_the_same_readers(town: FlowTown) -> None:
    for thread, told in (("1", False), ("war-room", True)):
        town.says("badge printer jammed", thread)
        assert ("17 and 4" in town.says("what are the refund codes?", thread)) is told


def test_a_branch_on_the_audience_and_the_channel_is_true(town: FlowTown) -> None:
    assert "Inside." in town.says("badge printer jammed", "war-room")
    assert "Outside, on nothing." in town.says("badge printer jammed", "1")
    (run, _) = town.runs()
    assert "audience" not in run_of(run.state).facts, "it is as it is now, not as it was then"


@pytest.mark.parametrize(
    ("said", "platform"),
    [("badge printer jammed on Windows 11", "Windows"), ("badge printer jammed, my Mac", "macOS"),
     ("badge printer jammed: ubuntu 24.04", "Linux"), ("badge printer jammed between windows", "nothing"),
     ("badge printer jammed, Linux or Android", "nothing"), ("badge printer jammed on my iPhone", "iOS")],
)  # fmt: skip
def test_the_platform_is_taken_from_what_the_user_wrote(
    town: FlowTown, said: str, platform: str
) -> None:
    assert f"on {platform}." in town.says(said)


def test_of_two_flows_that_fit_the_one_that_may_start_does(tmp_path: Path) -> None:
    text = "title: T\ntriggers: [lost passport]\nwhen: channel == '{0}'\nsteps:\n  a: {{ask: On {0}?}}\n  b: {{end: x}}\n"
    with opened(tmp_path / "desk.db") as database:
        town = FlowTown(database, flow(text.format("slack"), "a"), flow(text.format("test"), "b"))
        assert "On test?" in town.says("lost passport")
