"""How much one may ask in a minute: never more, never less, whoever else asks."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.budget import MINUTE, Budget
from tests.desk_support import NOON

MOMENTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 20_000)), min_size=1, max_size=150
)


def at(milliseconds: int) -> datetime:
    return NOON + timedelta(milliseconds=milliseconds * 10)


@given(MOMENTS, st.integers(1, 6))
def test_no_minute_holds_more_than_the_limit_and_nobody_is_refused_below_it(
    asked: list[tuple[str, int]], most: int
) -> None:
    budget = Budget(person=most)
    let: dict[str, list[datetime]] = {"a": [], "b": [], "c": []}
    for who, when in sorted(asked, key=lambda each: each[1]):
        recent = [time for time in let[who] if at(when) - time < MINUTE]
        verdict = budget.take("slack", who, at(when))
        assert verdict.refused == (len(recent) >= most)
        if not verdict.refused:
            let[who].append(at(when))


@given(MOMENTS, st.integers(1, 4))
def test_a_refusal_is_told_once_a_minute_at_most_and_the_first_always(
    asked: list[tuple[str, int]], most: int
) -> None:
    budget = Budget(person=most)
    told: dict[str, datetime] = {}
    for who, when in sorted(asked, key=lambda each: each[1]):
        verdict = budget.take("slack", who, at(when))
        if verdict.refused:
            assert verdict.tell == (who not in told or at(when) - told[who] >= MINUTE)
        if verdict.tell:
            told[who] = at(when)


@given(MOMENTS, st.integers(1, 6))
def test_a_channel_has_a_limit_of_its_own(asked: list[tuple[str, int]], most: int) -> None:
    budget = Budget(channel=most)
    let: list[datetime] = []
    for number, (who, when) in enumerate(sorted(asked, key=lambda each: each[1])):
        if not budget.take("slack", who, at(when)).refused:
            let.append(at(when))
        assert sum(at(when) - time < MINUTE for time in let) <= most
        assert not budget.take(f"other {number}", who, at(when)).refused


def test_a_question_that_was_known_already_is_given_back() -> None:
    budget = Budget(person=1)
    for _ in range(5):
        assert not budget.take("slack", "a", NOON).refused
        budget.give_back("slack", "a", NOON)
    assert not budget.take("slack", "a", NOON).refused
    assert budget.take("slack", "a", NOON).refused


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    budget = Budget(person=1)
    assert not budget.take("slack", "a", NOON).refused
    assert not budget.take("slack", "a", NOON - timedelta(hours=1)).refused


def test_what_is_remembered_is_bounded() -> None:
    budget = Budget(person=1, keys=10)
    for number in range(1000):
        assert not budget.take("slack", f"u{number}", NOON).refused
    assert not budget.take("slack", "u0", NOON).refused
