"""The door to flows and their figures, and how little of a run is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow_pages import FlowPages
from bot.flow_state import Entry, Run, run_of, run_record
from tests.desk_support import opened
from tests.flow_desk_support import FlowTown
from tests.flow_support import NOON, flow
from tests.unit.test_flow_engine import PRINTER

UNSAFE = """
    title: "<script>alert(1)</script>"
    triggers: [unsafe things]
    audience: staff
    steps:
      a: {ask: "</svg><img src=x onerror=alert(1)>", choices: {"<b>": b}}
      b: {end: x}
    """


@pytest.fixture
def town(tmp_path: Path) -> Iterator[FlowTown]:
    with opened(tmp_path / "desk.db") as database:
        yield FlowTown(database, flow(PRINTER), flow(UNSAFE, "unsafe"))


def test_a_page_tells_who_went_where_and_where_they_left(town: FlowTown) -> None:
    for thread, said in enumerate((["Windows", "yes"], ["macOS", "cancel"], ["Windows"])):
        town.says("my printer is broken", str(thread))
        town.now += timedelta(minutes=10)
        for text in said:
            town.says(text, str(thread))
    town.says("my printer is broken", "9")
    town.says("human", "9")
    pages = FlowPages(town.knowledge, town.database)
    page = pages.page("one")
    assert page is not None
    figures = page.line.figures
    assert (figures.started, figures.going_on) == (4, 1)
    assert (figures.solved, figures.left, figures.handed_off) == (1, 1, 1)
    assert list(figures.solved_at.values()) == [1]
    assert list(figures.left_at.values()) == [1]
    assert list(figures.handed_off_at.values()) == [1]
    assert figures.median_minutes == 10.0
    drawn = ElementTree.fromstring(page.drawing)  # noqa: S314 - our own
    texts = "".join(drawn.itertext())
    assert "Windows 2" in texts
    assert "macOS 1" in texts
    assert "1 left here" in texts


def test_the_list_has_every_flow_and_a_missing_one_has_no_page(town: FlowTown) -> None:
    pages = FlowPages(town.knowledge, town.database)
    assert {(line.id, line.audience) for line in pages.list()} == {
        ("one", "public"),
        ("unsafe", "staff"),
    }
    assert pages.page("nothing") is None
    assert pages.page("../one") is None


def test_what_a_writer_wrote_is_only_text_in_the_drawing(town: FlowTown) -> None:
    page = FlowPages(town.knowledge, town.database).page("unsafe")
    assert page is not None
    for tag in ("<script", "<img", "<b>"):
        assert tag not in page.drawing
    drawn = ElementTree.fromstring(page.drawing)  # noqa: S314 - our own
    tags = {each.tag.rpartition("}")[2] for each in drawn.iter()}
    assert tags <= {"svg", "title", "defs", "marker", "path", "g", "rect", "text", "polyline"}


SLOTS = st.dictionaries(st.sampled_from("abcd"), st.one_of(st.text(max_size=5), st.booleans()))


@given(st.lists(SLOTS, max_size=6))
@settings(max_examples=200)
def test_a_run_is_read_as_it_was_kept(slots: list[dict[str, object]]) -> None:
    trail = tuple(
        Entry("f", "v", f"s{n}", (), each, {}, 0, "x", "ask") for n, each in enumerate(slots)
    )
    run = Run("t", "f", "v", "s", NOON, NOON, NOON, slots=slots[-1] if slots else {}, trail=trail)
    assert run_of(json.loads(json.dumps(run_record(run)))) == run


def test_a_long_answer_is_kept_once_however_many_questions_follow() -> None:
    log = "x" * 10_000
    trail = tuple(
        Entry("f", "v", f"s{n}", (), {"log": log, "n": n}, {}, 0, "x", "ask") for n in range(50)
    )
    run = Run("t", "f", "v", "s", NOON, NOON, NOON, slots={"log": log}, trail=trail)
    assert len(json.dumps(run_record(run))) < 35_000


def test_a_run_that_was_kept_before_that_is_still_read() -> None:
    entry = Entry("f", "v", "s1", (), {"a": 1}, {}, 0, "x", "ask")
    run = Run("t", "f", "v", "s", NOON, NOON, NOON, trail=(entry, entry))
    record = run_record(run)
    for each in record["trail"]:
        each["slots"] = {"a": 1}
        del each["gone"]
    assert run_of(record) == run
