"""Whether the desk works, told truthfully: each check with what to do. Pure but for the asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.desk import DatabaseFailed, Desk, Stats
from bot.help_centre import HelpCentre, KnowledgeState

STUCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must work. `advice` says what is wrong and what to do, for the operator.

    Without one that is not `needed` the desk still serves, elsewhere.
    """

    name: str
    ok: bool
    advice: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and what they were made of; `stats` is None when the database did not answer."""

    checks: tuple[Check, ...]
    stats: Stats | None
    knowledge: KnowledgeState

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks if check.needed)


def report(
    desk: Desk,
    help_centre: HelpCentre,
    loops: Callable[[], Mapping[str, bool]],
    troubles: Callable[[], Mapping[str, str]],
) -> Report:
    """Ask everything now."""
    knowledge = help_centre.state
    try:
        stats = desk.stats()
    except DatabaseFailed as error:
        database = Check("database", False, f"It does not answer: {error}. See the log.")
        return Report((database, *_loop_checks(loops()), index_check(knowledge)), None, knowledge)
    return Report(
        (
            Check("database", True),
            turns_check(stats),
            *_loop_checks(loops()),
            *channel_checks(stats, troubles()),
            index_check(knowledge),
        ),
        stats,
        knowledge,
    )


def turns_check(stats: Stats) -> Check:
    """Messages must not wait for ever."""
    ok = stats.inbox_oldest < STUCK_SECONDS
    advice = f"The oldest message waits for {stats.inbox_oldest:.0f} s: see the log, then restart."
    return Check("turns", ok, "" if ok else advice)


def channel_checks(stats: Stats, troubles: Mapping[str, str]) -> tuple[Check, ...]:
    """Each platform, and each channel that cannot send. The others serve on, so none is needed.

    `troubles` says why nothing is heard there; empty when all is well.
    """
    waiting = "What is to be said there waits until a delivery goes through."
    broken = {name: f"{why} {waiting}" for name, why in stats.broken.items()}
    return tuple(
        Check(f"channel {name}", not advice, advice, needed=False)
        for name, advice in {**troubles, **broken}.items()
    )


def index_check(knowledge: KnowledgeState) -> Check:
    """There must be something to answer from."""
    ok = knowledge.passages > 0
    return Check("index", ok, "" if ok else "Nothing is indexed: run `firstline index`.")


def _loop_checks(loops: Mapping[str, bool]) -> tuple[Check, ...]:
    advice = "It does not run: see the log, then restart."
    return tuple(Check(name, ok, "" if ok else advice) for name, ok in loops.items())
