"""Whose turn it is when many wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.claims import BURST, LATELY, Claims


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(claims: Claims, limit: int = 1_000) -> list[int]:
    """Turns that are taken one after the other, as long as there are any."""
    found: list[int] = []
    while len(found) < limit and (conversation := claims.take()) is not None:
        claims.release(conversation, done=True)
        found.append(conversation)
    return found


def test_people_come_round_in_turn_however_many_conversations_one_has() -> None:
    claims = Claims(Clock())
    for number in range(3):
        claims.add(number, number, "ann")
    claims.add(10, 10, "ben")
    assert taken(claims) == [0, 10, 1, 2]


def test_a_conversation_is_in_one_turn_at_a_time() -> None:
    claims = Claims(Clock())
    claims.add(1, 1, "ann")
    claims.add(1, 2, "ben")
    assert claims.take() == 1
    assert claims.take() is None
    claims.release(1, done=True)
    assert taken(claims) == [1]


def test_a_flood_waits_its_pace_while_others_are_served_and_not_afterwards() -> None:
    clock = Clock()
    claims = Claims(clock)
    claims.add(1_000, 1_000, "ben")
    soon = [claims.add(number, number, "ann") for number in range(100)]
    assert soon == [number < BURST for number in range(100)]
    assert len(taken(claims)) == BURST + 1
    claims.add(1_000, 1_001, "ben")
    assert taken(claims) == [1_000], "others are served at once"
    clock.now += LATELY / 2
    assert 0 < len(taken(claims)) < BURST
    clock.now += LATELY
    assert len(taken(claims)) > 80, "nobody else is there"


def test_a_flood_has_one_turn_at_a_time_while_others_are_served() -> None:
    claims = Claims(Clock())
    claims.add(1_000, 1_000, "ben")
    for number in range(4):
        claims.add(number, number, "ann")
    assert [claims.take() for _ in range(4)] == [1_000, 0, None, None]


def test_what_failed_waits_again_and_what_the_database_knows_waits_once() -> None:
    claims = Claims(Clock())
    claims.found([(1, "ann"), (2, "ben")])
    assert claims.take() == 1
    claims.found([(1, "ann"), (2, "ben")])
    claims.release(1, done=False)
    assert sorted(taken(claims)) == [1, 2]


def test_the_database_is_looked_through_now_and_then_while_somebody_is_paced() -> None:
    clock = Clock()
    claims = Claims(clock)
    assert claims.look()
    claims.add(1_000, 1_000, "ben")
    for number in range(10):
        claims.add(number, number, "ann")
    taken(claims)
    assert not claims.look()
    clock.now += 0.25
    assert claims.look()


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.floats(0, 1.5)), max_size=80)
)
def test_every_message_gets_its_turn(written: list[tuple[str, int, float]]) -> None:
    clock = Clock()
    claims = Claims(clock)
    done = 0
    for number, (person, conversation, pause) in enumerate(written):
        claims.add(conversation, number, person)
        done += len(taken(claims, 1))
        clock.now += pause
    clock.now += LATELY + 0.1
    assert done + len(taken(claims)) == len(written)
