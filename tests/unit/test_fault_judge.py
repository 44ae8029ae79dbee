"""The judge of the fault driver sees what is lost, done twice and out of order: each kind of record
is spoilt in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.judge import Deed, Evidence, Reply, Said, Shown, judge

GOOD = Evidence(
    said=[Said("ann", "a1"), Said("ben", "b1"), Said("ann", "a2"), Said("ann", "a3", 0, 2)],
    kept=["a1", "a2", "b1", "a3"],
    replies=[
        Reply("k1", "sent", "a1"),
        Reply("k2", "sent", "b1"),
        Reply("k3", "sent", "a2"),
        Reply("k4", "sent", "a3"),
        Reply("k5", "sent", None),
    ],
    shown=[
        Shown("ann", "k1"),
        Shown("ann", "k3"),
        Shown("ann", "k3", part=1),
        Shown("ann", "k4"),
        Shown("ann", "k5"),
        Shown("ben", "k2"),
    ],
    deeds=[Deed("order 27", 1)],
)
SWAPPED = [GOOD.shown[1], GOOD.shown[2], GOOD.shown[0], *GOOD.shown[3:]]
Spoil = Callable[[Evidence], Evidence]

LOST: dict[str, Spoil] = {
    "a message": lambda e: replace(e, kept=["a1", "b1", "a3"]),
    "a reply": lambda e: replace(e, replies=e.replies[1:], shown=e.shown[1:]),
    "a reply given up": lambda e: replace(e, replies=[Reply("k1", "dead", "a1"), *e.replies[1:]]),
    "a reply that waits": lambda e: replace(e, replies=[Reply("k1", "due", "a1"), *e.replies[1:]]),
    "a post": lambda e: replace(e, shown=e.shown[1:]),
    "a post for somebody else": lambda e: replace(
        e, shown=[*e.shown[1:], Shown("ben", e.shown[0].key)]
    ),
    "a deed": lambda e: replace(e, deeds=[Deed("order 27", 0)]),
}
DUPLICATED: dict[str, Spoil] = {
    "a message": lambda e: replace(e, kept=[*e.kept, "a1"]),
    "a message nobody wrote": lambda e: replace(e, kept=[*e.kept, "a0"]),
    "a reply": lambda e: replace(
        e,
        replies=[*e.replies, Reply("k6", "sent", "a2")],
        shown=[*e.shown, Shown("ann", "k6")],
    ),
    "a post": lambda e: replace(e, shown=[*e.shown, e.shown[2]]),
    "a post of no reply's": lambda e: replace(e, shown=[*e.shown, Shown("ann", "")]),
    "a deed": lambda e: replace(e, deeds=[Deed("order 27", 2)]),
}
OUT_OF_ORDER: dict[str, Spoil] = {
    "messages": lambda e: replace(e, kept=["a2", "a1", "b1", "a3"]),
    "posts": lambda e: replace(e, shown=SWAPPED),
    "answers": lambda e: replace(
        e, replies=[e.replies[2], *e.replies[:2], *e.replies[3:]], shown=SWAPPED
    ),
}


def test_a_good_run_is_good() -> None:
    verdict = judge(GOOD)
    assert verdict.good, verdict


@pytest.mark.parametrize("what", LOST)
def test_what_is_lost_is_seen(what: str) -> None:
    verdict = judge(LOST[what](GOOD))
    assert len(verdict.lost) == 1, verdict
    assert not verdict.good


@pytest.mark.parametrize("what", DUPLICATED)
def test_what_is_done_twice_is_seen(what: str) -> None:
    verdict = judge(DUPLICATED[what](GOOD))
    assert len(verdict.duplicated) == 1, verdict
    assert not verdict.good


@pytest.mark.parametrize("what", OUT_OF_ORDER)
def test_what_is_out_of_order_is_seen(what: str) -> None:
    verdict = judge(OUT_OF_ORDER[what](GOOD))
    assert verdict.out_of_order, verdict
    assert not verdict.lost
    assert not verdict.duplicated


def test_conversations_may_overtake_one_another() -> None:
    assert judge(replace(GOOD, kept=["b1", "a1", "a2", "a3"])).good


def test_fewer_replies_than_at_most_are_good() -> None:
    fewer = replace(GOOD, replies=GOOD.replies[:3], shown=[*GOOD.shown[:3], GOOD.shown[5]])
    assert judge(fewer).good
