"""Whether the desk works, told truthfully: each check with what to do. Pure but for the asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.desk import DatabaseFailed, Desk, Stats
from bot.help_centre import HelpCentre, KnowledgeState
from bot.views import DeadLetter

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
class Disk:
    """Bytes left where the desk keeps its things, and below how many the operator is warned."""

    path: str
    free: int
    least: int


@dataclass(frozen=True, slots=True)
class Channel:
    """What is served, and what waits there; ages in seconds. `trouble` is empty when all is well."""

    name: str
    trouble: str
    inbox: int = 0
    inbox_oldest: float = 0.0
    outbox: int = 0
    outbox_oldest: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, and what they were made of; `stats` is None when the database did not answer."""

    checks: tuple[Check, ...]
    stats: Stats | None
    knowledge: KnowledgeState
    channels: tuple[Channel, ...] = ()
    dead: tuple[DeadLetter, ...] = ()
    disk: Disk | None = None

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks if check.needed)


def report(
    desk: Desk,
    help_centre: HelpCentre,
    loops: Callable[[], Mapping[str, bool]],
    troubles: Callable[[], Mapping[str, str]],
    *,
    channels: Sequence[str] = (),
    unwritable: Callable[[], str] = str,
    disk: Callable[[], Disk | None] = lambda: None,
) -> Report:
    """Ask everything now. `unwritable` says why nothing can be kept; empty when it can."""
    knowledge, left = help_centre.state, disk()
    try:
        stats, dead = desk.stats(), desk.dead_letters()
    except DatabaseFailed as error:
        database = Check("database", False, f"It does not answer: {error}. See the log.")
        checks = (database, *_loop_checks(loops()), index_check(knowledge), *disk_checks(left))
        return Report(checks, None, knowledge, disk=left)
    in_trouble = troubles()
    return Report(
        (
            database_check(unwritable()),
            turns_check(stats),
            *_loop_checks(loops()),
            *channel_checks(stats, in_trouble),
            index_check(knowledge),
            *disk_checks(left),
            *dead_checks(dead),
        ),
        stats,
        knowledge,
        channels=_channels(channels, stats, in_trouble),
        dead=dead,
        disk=left,
    )


def database_check(unwritable: str) -> Check:
    """What people write must be kept before it is acknowledged."""
    advice = f"It cannot be written: {unwritable}. Look at the disk space and at other programs."
    return Check("database", not unwritable, advice if unwritable else "")


def disk_checks(left: Disk | None) -> tuple[Check, ...]:
    """A warning in time: once the disk is full, nothing is kept any more."""
    if left is None:
        return ()
    megabytes = left.free // 1_000_000
    advice = (
        f"Only {megabytes} MB are left for {left.path}, less than `health.disk_free_mb`. "
        "Make room there."
    )
    ok = left.free >= left.least
    return (Check("disk", ok, "" if ok else advice, needed=False),)


def dead_checks(dead: Sequence[DeadLetter]) -> tuple[Check, ...]:
    """Each is a person who was not answered by the bot."""
    advice = f"{len(dead)} wait for a decision: see `firstline dead list`."
    return (Check("dead letters", not dead, advice if dead else "", needed=False),)


def _channels(
    names: Sequence[str], stats: Stats, troubles: Mapping[str, str]
) -> tuple[Channel, ...]:
    """Those that are served, then those that something still waits for."""
    waiting = {(queue.name, queue.channel): queue for queue in stats.queues}
    every = dict.fromkeys((*names, *(queue.channel for queue in stats.queues)))

    def channel(name: str) -> Channel:
        come, go = waiting.get(("inbox", name)), waiting.get(("outbox", name))
        not_served = "It is not served by this process." if name not in names else ""
        return Channel(
            name,
            stats.broken.get(name) or troubles.get(name, "") or not_served,
            come.count if come else 0,
            come.oldest if come else 0.0,
            go.count if go else 0,
            go.oldest if go else 0.0,
        )

    return tuple(map(channel, every))


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
