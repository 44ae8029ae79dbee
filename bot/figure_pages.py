"""The leads' door to figures: of a period, as data and as CSV.

Who may look is for the caller to ask `bot.people.may` with `Act.SEE_FIGURES`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from bot.figures import Figures, figures
from bot.store import figures as rows
from bot.store.database import Database

LONGEST = 3660
"""The most days that a period may have."""
USUAL = 30
__all__ = ["FigurePages", "Figures", "NoPeriod", "in_csv", "in_json", "lines", "period"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class NoPeriod(ValueError):
    """A period that cannot be; says what to write."""


class FigurePages:
    """Reads one desk's database; days are those of `zone`."""

    def __init__(
        self,
        database: Database,
        zone: tzinfo = UTC,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self.zone = zone
        self._clock = clock

    def of(self, start: str = "", end: str = "", tier: int = 0) -> Figures:
        """The figures from one day to another, both included, as `2026-11-24`; the last 30 days
        where nothing is given. Tier 0 means all. Raises NoPeriod."""
        now = self._clock()
        first, last = period(start, end, now.astimezone(self.zone).date())
        begin, stop = self._midnight(first), self._midnight(last + timedelta(days=1))
        tickets = self._database.browse(lambda s: rows.past(s, begin, stop, tier))
        talks = self._database.browse(lambda s: rows.talks(s, begin, stop))
        articles = self._database.browse(lambda s: rows.articles(s, begin, stop))
        waiting = self._database.browse(lambda s: rows.waiting(s, tier))
        return figures(tickets, talks, first, last, now, self.zone, waiting, articles)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def period(start: str, end: str, today: date) -> tuple[date, date]:
    """The two days. Raises NoPeriod."""
    last = _day(end) if end else today
    first = _day(start) if start else last - timedelta(days=USUAL - 1)
    if first > last:
        raise NoPeriod(f"{first} is after {last}: give the earlier day first.")
    if (last - first).days >= LONGEST:
        raise NoPeriod(f"That is more than {LONGEST} days: give a shorter period.")
    return first, last


def in_json(found: Figures) -> dict[str, Any]:
    """Ready for JSON."""
    return asdict(found) | {"start": found.start.isoformat(), "end": found.end.isoformat()}


def in_csv(found: Figures) -> str:
    """One figure a line: `figure,of,value`. What a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("figure", "of", "value"))
    for name, of, value in lines(found):
        writer.writerow((name, f"'{of}" if of.startswith(_FORMULA) else of, value))
    return text.getvalue()


def lines(found: Figures) -> Iterator[tuple[str, str, object]]:
    """Every figure: its name, what it is of, and its value; an empty one where nothing was measured."""
    whole = in_json(found)
    yield "period", "from", whole["start"]
    yield "period", "to", whole["end"]
    yield from _of("total", {"all": whole["total"]})
    yield from _of("tier", whole["by_tier"])
    yield from _of("agent", whole["by_agent"])
    for name in ("by_day", "reasons", "backlog", "breaches", "scores", "deflection", "articles"):
        yield from ((name, of, value) for of, value in whole[name].items())


def _of(kind: str, groups: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, object]]:
    for of, group in groups.items():
        for name, value in group.items():
            yield f"{kind} {name}", of, "" if value is None else value


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise NoPeriod(f"{written!r} is no day: write it like 2026-11-24.") from None
