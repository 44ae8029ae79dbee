"""How a flow does, counted from its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

from bot.store import flows as rows
from bot.store.database import Database

_LEFT = ("closed", "cancelled")


def flow_stats(database: Database, flow: str) -> dict[str, Any]:
    """Started, how it ended and at which step, and the median minutes to an end, ready for JSON."""
    runs = database.read(lambda s: rows.outcomes(s, flow))
    ends = Counter(status for status, *_ in runs)
    minutes = [(end - begun).total_seconds() / 60 for _, _, begun, end in runs if end]
    return {
        "flow": flow,
        "started": len(runs),
        "going_on": ends["active"],
        "solved": ends["solved"],
        "ended": ends["ended"],
        "handed_off": ends["handed_off"],
        "left": sum(ends[end] for end in _LEFT),
        "solved_at": _steps(runs, ("solved",)),
        "left_at": _steps(runs, _LEFT),
        "handed_off_at": _steps(runs, ("handed_off",)),
        "median_minutes": round(median(minutes), 1) if minutes else None,
    }


def _steps(runs: list[Any], ends: tuple[str, ...]) -> dict[str, int]:
    return dict(Counter(step for status, step, *_ in runs if status in ends).most_common())


def lines(stats: Mapping[str, Any]) -> list[str]:
    """The same for people."""
    if not stats["started"]:
        return [f"{stats['flow']}: nobody has been through it yet"]
    names = ("started", "going_on", "solved", "ended", "handed_off", "left")
    found = [f"{name.replace('_', ' ')}: {stats[name]}" for name in names]
    for name in ("solved_at", "left_at", "handed_off_at"):
        found += [f"{name.replace('_', ' ')} {step}: {n}" for step, n in stats[name].items()]
    return [*found, f"median time: {stats['median_minutes']} minutes"]


def counts(database: Database, flow: str) -> dict[tuple[str, str], int]:
    """How many people left each step by each edge; with the edge `""`, how many left the flow there."""
    passed = dict(database.read(lambda s: rows.passages(s, flow)))
    left = _steps(database.read(lambda s: rows.outcomes(s, flow)), _LEFT)
    return passed | {(step, ""): number for step, number in left.items()}
