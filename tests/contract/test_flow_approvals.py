"""Approvals: only those who may decide do, once, and it is kept who did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.accounts import Accounts
from bot.channel import Choice
from bot.flow_approvals import may_decide
from bot.flow_http import Called
from bot.flow_model import FlowJob
from bot.passwords import Passwords
from bot.people import Person, Role
from bot.store import flows as rows
from config.flows import approvals, approvers
from config.problems import SettingsRefused
from config.wiring import open_place
from tests.contract.test_flow_desk import ORDER
from tests.desk_support import opened
from tests.flow_desk_support import Answers, FlowTown
from tests.flow_support import flow, wording

ROOM = "the security room"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[FlowTown]:
    with opened(tmp_path / "desk.db") as database:
        town = FlowTown(database, flow(ORDER, "two"))
        town.outside = Answers(Called("success", {"number": "A7"}))
        yield town


def asked(town: FlowTown) -> tuple[Choice, ...]:
    """The buttons in the room, after somebody asked for a monitor."""
    town.says("monitor purchase")
    town.says("27")
    town.work()
    (post,) = [post for post in town.posts() if post.address.thread == ROOM]
    return post.choices


def job(town: FlowTown) -> FlowJob:
    states = ("asked", "came", "done", "dropped")
    found = town.database.read(lambda s: rows.jobs(s, states, 9))
    return next(each for each in found if each.kind == "approval")


def test_who_may_decide_does_and_it_is_kept_who_did(town: FlowTown) -> None:
    approve, _ = asked(town)
    assert "Approved by boss" in town.says("Approve", ROOM, approve.id, "boss")
    town.work()
    assert [run.status for run in town.runs()] == ["solved"]
    kept = job(town)
    assert (kept.edge, kept.decided_by, kept.result) == ("approved", "boss", {"who": "test:boss"})


def test_the_label_typed_is_the_button_pressed(town: FlowTown) -> None:
    asked(town)
    town.says("refuse", ROOM, who="boss")
    town.work()
    assert job(town).edge == "refused"


@pytest.mark.parametrize("who", ["ann", "Boss", "boss ", "security", "test:boss", ""])
def test_a_press_by_anybody_else_changes_nothing_and_leaves_the_buttons(
    town: FlowTown, who: str
) -> None:
    approve, _ = asked(town)
    before = town.runs()[0].state
    town.says("Approve", ROOM, approve.id, who)
    town.work()
    assert town.runs()[0].state == before
    kept = job(town)
    assert (kept.state, kept.edge, kept.decided_by) == ("asked", "", "")
    assert "Approved by" in town.says("Approve", ROOM, approve.id, "boss")


def test_who_may_not_is_told_so_and_the_buttons_are_posted_again(town: FlowTown) -> None:
    approve, refuse = asked(town)
    town.desk.accept(town.incoming("Approve", ROOM, approve.id, "ann"))
    town.desk.take_turn()
    (told,) = town.posts()
    assert "not for ann to decide" in told.text
    assert told.choices == (approve, refuse)


@pytest.mark.parametrize("who", ["ann", "boss"])
@pytest.mark.parametrize("thread", ["1", "elsewhere"])
def test_a_press_where_it_was_never_asked_is_only_text(
    town: FlowTown, who: str, thread: str
) -> None:
    """A forged choice: the ids are easy to guess, so guessing them must be worth nothing."""
    approve, _ = asked(town)
    town.says("Approve", thread, approve.id, who)
    town.work()
    assert job(town).state == "asked"
    assert town.runs()[0].status == "active"


def test_choices_that_were_never_offered_are_only_text(town: FlowTown) -> None:
    approve, _ = asked(town)
    key = approve.id.removeprefix("approve:").removesuffix(":approved")
    for forged in (
        "approve:",
        "approve:::",
        f"approve:{key}:timed_out",
        f"approve:{key}9:approved",
    ):
        town.says("well", ROOM, forged, "boss")
    town.work()
    assert job(town).state == "asked"


def test_the_second_press_learns_what_was_decided(town: FlowTown) -> None:
    approve, refuse = asked(town)
    town.says("Refuse", ROOM, refuse.id, "boss")
    assert "decided already: refused by boss" in town.says("Approve", ROOM, approve.id, "boss")
    town.work()
    assert job(town).edge == "refused"
    assert [run.status for run in town.runs()] == ["ended"]


def test_a_press_after_the_time_is_over_is_told_that_it_is(town: FlowTown) -> None:
    approve, _ = asked(town)
    assert town.later(timedelta(days=3)) == 1
    assert "no longer to be decided" in town.says("Approve", ROOM, approve.id, "boss")
    town.work()
    assert [run.status for run in town.runs()] == ["handed_off"]


def test_a_press_after_the_requester_gave_up_is_told_that_it_is(town: FlowTown) -> None:
    approve, _ = asked(town)
    town.says("cancel")
    assert "no longer to be decided" in town.says("Approve", ROOM, approve.id, "boss")
    assert [run.status for run in town.runs()] == ["cancelled"]


def test_where_nobody_can_be_asked_nobody_is_said_to_be(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as database:
        order = flow(ORDER.replace("by: security", "by: nobody"), "two")
        town = FlowTown(database, order, people={"security"})
        town.says("monitor purchase")
        said = town.says("27")
        assert "asked for approval" not in said
        assert "ticket is #1" in said


REFUSED = [
    ('people = {a = "slack:C1"}', "flows.approvers.a: nobody may decide"),
    ('people = {a = "slack:C1"}\napprovers = {a = []}', "flows.approvers.a: nobody may decide"),
    ('approvers = {a = ["slack:U1"]}', "flows.people.a: where is `a` asked?"),
    ('people = {a = "slack:C1"}\napprovers = {a = ["tier:two"]}', "`tier:two` is nobody"),
    ('people = {a = "slack:C1"}\napprovers = {a = ["U1"]}', "flows.approvers.a: `U1` is nobody"),
]


@pytest.mark.parametrize(("written", "told"), REFUSED)
def test_settings_that_leave_open_who_decides_are_refused(
    tmp_path: Path, written: str, told: str
) -> None:
    (tmp_path / "firstline.toml").write_text(f"[flows]\n{written}\n")
    with pytest.raises(SettingsRefused, match=re.escape(told)):
        approvers(open_place(tmp_path))


@pytest.mark.parametrize(
    ("role", "tiers", "decides"),
    [(Role.AGENT, {2}, True), (Role.AGENT, {1}, False), (Role.AGENT, set(), False),
     (Role.LEAD, set(), True), (Role.ADMIN, set(), True), (Role.WRITER, {2}, False),
     (Role.REQUESTER, {2}, False)],
)  # fmt: skip
def test_a_tier_decides_by_those_who_may_work_in_it(
    role: Role, tiers: set[int], decides: bool
) -> None:
    person = Person("1", "Ada", role, frozenset(tiers))
    allowed = ("slack:U9", "tier:2")
    assert may_decide(allowed, "slack", "U1", lambda: person) is decides
    assert may_decide(allowed, "slack", "U9", lambda: None)
    assert not may_decide(allowed, "slack", "U1", lambda: None)
    assert not may_decide(allowed, "tier", "2", lambda: None)


def test_an_account_decides_by_the_identity_that_the_channel_vouches_for(tmp_path: Path) -> None:
    settings = '[flows]\npeople = {a = "slack:C1"}\napprovers = {a = ["tier:2"]}\n'
    (tmp_path / "firstline.toml").write_text(settings)
    with opened(tmp_path / "desk.db") as database:
        accounts = Accounts(database, Passwords(memory=8, rounds=1))
        accounts.create("ada", by="test", name="Ada", role=Role.AGENT, tiers={2})
        accounts.identify("ada", "slack", "U1", by="test")
        may = approvals(open_place(tmp_path), database, wording()).may_decide
        assert may("a", "slack", "U1")
        for by, channel, sender in (("a", "slack", "U2"), ("a", "discord", "U1"), ("b", "slack", "U1"),
                                    ("a", "slack", "ada"), ("a", "tier", "2x")):  # fmt: skip
            assert not may(by, channel, sender)
        accounts.disable("ada", by="test")
        assert not may("a", "slack", "U1")
