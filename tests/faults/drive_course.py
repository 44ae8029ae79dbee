"""What a run of the fault driver consists of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.faults import CHANGE_FAULTS, FAULTS, FLOW_FAULTS, TICKET_FAULTS

ERRANDS = CHANGE_FAULTS + FLOW_FAULTS + TICKET_FAULTS
OTHERS = ("freeze", "disk", "lock", "clock", "clock and kill", "torn log")
ON_POSTGRES = ("freeze", "clock", "clock and kill", "restart", "cut") * 2


@dataclass(frozen=True, slots=True)
class Course:
    """How much is driven, and over what."""

    seed: int = 1
    messages: int = 2_000
    conversations: int = 50
    kills: int = 20
    points: tuple[str, ...] = FAULTS + ERRANDS
    others: tuple[str, ...] = OTHERS
    workers: int = 1
