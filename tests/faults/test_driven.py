"""The short version of `make faults`: the whole program on Slack and Discord, killed at a random moment,
at a fault point on its way to speak, and while it is a day ahead."""

from __future__ import annotations

from pathlib import Path

from tests.faults.drive import drive
from tests.faults.drive_course import Course

SHORT = Course(
    seed=3,
    messages=200,
    conversations=12,
    kills=1,
    points=("send after",),
    others=("clock and kill",),
)


async def test_k8_nothing_is_lost_done_twice_or_out_of_order(tmp_path: Path) -> None:
    run = await drive(SHORT, tmp_path)
    assert run.verdict.good, run.verdict
    assert run.never_passed == []
