"""T1 to T5: time that jumps, timers that are late, early, absurd, or for nobody any more."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.flow_hours import Hours
from bot.flow_model import FlowRun
from bot.flow_state import run_of
from bot.model import Conversation
from knowledge.flows.reading import read_flow
from tests.contract.test_flow_desk import copy_run
from tests.desk_support import opened
from tests.flow_desk_support import FlowTown
from tests.flow_support import flow

WAITS = """
    title: Wait a little
    triggers: [wait a little]
    remind: 2h
    timeout: 3d
    steps:
      pause: {wait: 1d}
      more: {ask: And now?}
      end: {end: Bye.}
    """
UNTIL = """
    title: Defrost the freezer
    triggers: [defrost freezer]
    steps:
      when: {ask: When?}
      pause: {wait: reply, until: when, reply: said}
      over: {ask: It is over.}
      said: {end: Bye.}
    """


@pytest.fixture
def town(tmp_path: Path) -> Iterator[FlowTown]:
    with opened(tmp_path / "desk.db") as database:
        yield FlowTown(database, flow(WAITS), flow(UNTIL, "two"), hours=Hours(zone="Europe/Berlin"))


def to(town: FlowTown, moment: str) -> int:
    """The clock shows that moment, forwards or backwards; how many timers fired."""
    return town.later(datetime.fromisoformat(moment).astimezone(UTC) - town.now)


def test_t1_a_thousand_timers_due_while_down_fire_once_each(town: FlowTown) -> None:
    counts = Counter[str]()
    town.clock.count = lambda what: counts.update([what])
    town.says("wait a little")
    copy_run(town, 999)
    assert town.later(timedelta(days=2)) == 1000
    posts = Counter(post.address.thread for post in town.posts())
    assert len(posts) == 1000
    assert set(posts.values()) == {1}
    assert counts == {"flow_timers": 1000}
    assert town.later(timedelta(0)) == 0


def test_t2_a_clock_that_jumps_back_fires_nothing_twice(town: FlowTown) -> None:
    town.says("wait a little")
    assert town.later(timedelta(days=1)) == 1
    assert "And now?" in town.told()
    assert town.later(timedelta(hours=-1)) == 0
    assert town.later(timedelta(hours=1)) == 0
    assert town.told() == ""
    assert town.later(timedelta(hours=2)) == 1
    assert "Are you still there?" in town.told()
    assert town.later(timedelta(hours=-1)) == 0
    assert town.later(timedelta(hours=3)) == 0, "reminded once"


def test_t2_a_clock_that_jumps_back_takes_answers_and_misses_no_timer(town: FlowTown) -> None:
    town.says("wait a little")
    town.later(timedelta(days=1))
    town.posts()
    town.later(timedelta(hours=-1))
    assert "Bye." in town.says("fine")
    town.says("wait a little")
    town.later(timedelta(hours=-1))
    assert town.later(timedelta(days=1, hours=1)) == 1
    assert "And now?" in town.told()


def test_t2_a_clock_that_jumps_a_day_ahead_fires_each_timer_once(town: FlowTown) -> None:
    town.says("wait a little")
    fired = [town.later(timedelta(days=1)) for _ in range(6)]
    # The end of the wait, the reminder, and the end of the run: each once.
    assert sum(fired) == 3
    assert [run.status for run in town.runs()] == ["closed"]


def test_t2_a_day_of_waiting_is_24_hours_also_when_the_clocks_change(town: FlowTown) -> None:
    for begun in ("2027-03-27T12:00+01:00", "2027-10-30T12:00+02:00"):
        to(town, begun)
        town.says("wait a little", begun)
        state = run_of(town.runs()[-1].state)
        assert state.wakes_at == datetime.fromisoformat(begun) + timedelta(hours=24)


@pytest.mark.parametrize(
    ("said", "instant"),
    [("2027-03-28T09:00", "2027-03-28T07:00+00:00"), ("2027-03-27T09:00", "2027-03-27T08:00+00:00"),
     ("2027-10-31T09:00", "2027-10-31T08:00+00:00"), ("2027-03-28", "2027-03-27T23:00+00:00"),
     ("2027-03-28T02:30", "2027-03-28T01:30+00:00"), ("2027-03-28T09:00Z", "2027-03-28T09:00+00:00")],
)  # fmt: skip
def test_t2_a_time_that_is_waited_for_is_by_the_clock_of_the_desk(
    town: FlowTown, said: str, instant: str
) -> None:
    town.says("defrost freezer")
    town.says(said)
    assert run_of(town.runs()[-1].state).wakes_at == datetime.fromisoformat(instant)


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_t2_business_hours_open_by_the_clock_on_the_wall_when_clocks_change(day: str) -> None:
    hours = Hours(("sun",), time(9), time(17), "Europe/Berlin")
    nine = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=hours.clock)
    for moment, is_open in ((nine, True), (nine - timedelta(seconds=1), False)):
        assert hours.open_at(moment.astimezone(UTC)) is is_open
    assert not hours.open_at(nine.replace(hour=17).astimezone(UTC))


def test_t3_of_a_reply_and_a_timer_at_the_same_instant_one_wins(town: FlowTown) -> None:
    for number in range(20):
        town.says("defrost freezer", f"t{number}")
        town.says("2026-11-24T15:00", f"t{number}")
    town.posts()
    town.now += timedelta(hours=5)
    firing = threading.Thread(target=lambda: town.later(timedelta(0)))
    firing.start()
    for number in range(20):
        town.desk.accept(town.incoming("here I am", f"t{number}"))
    while town.desk.take_turn():
        pass
    firing.join()
    town.later(timedelta(0))
    told = Counter(post.text for post in town.posts())
    over = told["It is over."]
    ended = [run for run in town.runs() if run.status == "ended"]
    # Each run either ended by the reply, or was woken first and then heard the reply as its answer.
    assert len(ended) == 20
    assert told["Bye."] == 20
    assert 0 <= over <= 20


def test_t3_a_run_that_was_ended_gets_no_word_of_its_time_out(town: FlowTown) -> None:
    town.says("wait a little")
    town.says("cancel")
    assert town.later(timedelta(days=9)) == 0
    assert town.told() == ""


def test_t4_the_timer_of_a_conversation_that_people_have_is_dropped_and_counted(
    town: FlowTown,
) -> None:
    counts = Counter[str]()
    town.clock.count = lambda what: counts.update([what])
    town.says("wait a little")
    town.database.write(lambda s: s.execute(update(Conversation).values(holder="agent")) and None)
    assert town.later(timedelta(days=9)) == 1
    assert town.told() == ""
    assert town.desk.tickets() == ()
    assert [run.status for run in town.runs()] == ["handed_off"]
    assert counts == {"flow_timers_dropped": 1}
    assert town.later(timedelta(days=9)) == 0


@pytest.mark.parametrize(
    "moment", ["1970-01-01", "0001-01-01", "2026-11-24T11:59:59Z", "nan", "soon"]
)
def test_t5_a_time_in_the_past_or_none_at_all_is_over_at_once(town: FlowTown, moment: str) -> None:
    town.says("defrost freezer")
    town.says(moment)
    assert run_of(town.runs()[-1].state).step == "over"


@pytest.mark.parametrize(
    "moment", ["9999-12-31", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59+14:00"]
)
def test_t5_the_year_9999_is_kept_and_waited_for(town: FlowTown, moment: str) -> None:
    town.says("defrost freezer")
    town.says(moment)
    (run,) = town.runs()
    assert run.wakes_at
    assert run.wakes_at.year == 9998
    assert town.later(timedelta(days=365)) == 0
    assert "Bye." in town.says("hello")


@pytest.mark.parametrize("length", ["nan", "-1h", "inf", "0.5h", "99999999d", "9999w", "1e9s"])
def test_t5_a_length_that_is_none_is_refused_by_the_check(length: str) -> None:
    text = f"title: t\ntriggers: [t]\nsteps:\n  a: {{wait: {length}}}\n  b: {{end: x}}\n"
    _, problems = read_flow(text, "one.yaml", id="one")
    assert [(each.line, "30m, 2h or 3d" in each.do) for each in problems] == [(4, True)]


def test_t5_a_timer_row_in_the_past_fires_now(town: FlowTown) -> None:
    town.says("wait a little")
    longest_ago = datetime(1970, 1, 1, tzinfo=UTC)
    town.database.write(lambda s: s.execute(update(FlowRun).values(wakes_at=longest_ago)) and None)
    # What is due is worked out from the run itself: woken too early, it only sets its timer again.
    assert town.clock.timers() == 1
    assert town.told() == ""
    assert town.runs()[0].wakes_at == town.now + timedelta(days=1)
