"""Approvals that flows ask people for: what stands there to be decided, and who may decide it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.channel import Choice
from bot.people import Act, Person, may
from bot.wording import Wording

APPROVE = "approve:"
"""Begins the id of a choice that decides on an approval; the job's key and the edge follow."""
EDGES = ("approved", "refused")

MayDecide = Callable[[str, str, str], bool]
"""`(by, channel, sender)`: whether that person, as the channel knows them, is one of those whom
the flow's `by` names."""


@dataclass(frozen=True, slots=True)
class Question:
    """An approval as it stands: whom it was asked of, whether it is still to be decided, else how
    and by whom it was."""

    by: str
    is_open: bool
    edge: str = ""
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Approvals:
    """`question(key)` is what was asked under that key, if anything was."""

    question: Callable[[str], Question | None]
    may_decide: MayDecide
    say: Wording


TIER = "tier:"


def may_decide(
    allowed: Collection[str], channel: str, sender: str, account: Callable[[], Person | None]
) -> bool:
    """Whether the person is one of the `allowed`: those of `channel:id`, and of `tier:2` all whose
    account may work in that tier. `account` is asked only where a tier is named."""
    if channel != "tier" and f"{channel}:{sender}" in allowed:
        return True
    tiers = [int(each.removeprefix(TIER)) for each in allowed if each.startswith(TIER)]
    person = account() if tiers else None
    return person is not None and any(may(person, Act.WORK, tier=tier) for tier in tiers)


def buttons(say: Wording, key: str) -> tuple[Choice, ...]:
    """What is pressed to decide."""
    return tuple(Choice(f"{APPROVE}{key}:{edge}", say(f"flow_{edge}")) for edge in EDGES)
