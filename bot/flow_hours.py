"""Whether people are there now: a week's opening hours in their own time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` to `closes` on each of the days, by the clock of `zone`."""

    days: tuple[str, ...] = DAYS[:5]
    opens: time = time(9)
    closes: time = time(17)
    zone: str = "UTC"

    @property
    def clock(self) -> ZoneInfo:
        """The time zone that days and hours are meant in."""
        return ZoneInfo(self.zone)

    def open_at(self, now: datetime) -> bool:
        """Whether it is open at that moment; `now` is aware."""
        there = now.astimezone(self.clock)
        today = DAYS[there.weekday()] in self.days
        return today and self.opens <= there.time() < self.closes
