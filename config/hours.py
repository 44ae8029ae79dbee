"""Business hours from the settings, with public holidays. Raises SettingsRefused with the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bot.business_hours import DAY_NAMES, BusinessHours, Opening
from config.problems import SettingsRefused, suggestion
from config.sections import DeskSettings
from config.team_sections import HoursSettings

_MIDNIGHT = "24:00"
ON_A_DAY = "closed that day"


def hours_by_name(settings: tuple[HoursSettings, ...]) -> Mapping[str, BusinessHours]:
    """All business hours. The key in an error counts from 1: `hours[2].week`."""
    return {each.name: _hours(f"hours[{n}]", each) for n, each in enumerate(settings, start=1)}


def desk_zone(settings: DeskSettings) -> ZoneInfo:
    """The time zone by whose clock the desk counts days. Raises SettingsRefused."""
    return _zone("desk", settings.zone)


def _zone(key: str, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingsRefused(
            f"{key}.zone: there is no time zone {name!r}. Write one like Europe/Berlin."
        ) from None


def _hours(key: str, settings: HoursSettings) -> BusinessHours:
    zone = _zone(key, settings.zone)
    holiday = _holiday(key, settings)
    try:
        return BusinessHours(_week(settings.week), zone, holiday)
    except ValueError as error:
        raise SettingsRefused(f"{key}.week: {error}.") from None


def _week(written: Mapping[str, tuple[str, ...]]) -> tuple[tuple[Opening, ...], ...]:
    """Raises ValueError that says what is wrong."""
    week: list[tuple[Opening, ...]] = [()] * len(DAY_NAMES)
    for days, times in written.items():
        for day in _days(days):
            week[day] = (*week[day], *map(_opening, times))
    return tuple(tuple(sorted(day, key=lambda each: each.opens)) for day in week)


def _days(written: str) -> Iterator[int]:
    first, _, last = written.partition("-")
    for name in (first, last or first):
        if name not in DAY_NAMES:
            known = ", ".join(DAY_NAMES)
            raise ValueError(
                f"{written!r} is no day; write {known}, or from one to another: mon-fri"
            )
    start, end = DAY_NAMES.index(first), DAY_NAMES.index(last or first)
    if end < start:
        raise ValueError(f"{written!r} goes over a week's end: write two entries")
    yield from range(start, end + 1)


def _opening(written: str) -> Opening:
    opens, _, closes = written.partition("-")
    try:
        return Opening(_of_day(opens), _of_day(closes))
    except ValueError:
        raise ValueError(
            f"{written!r} is no time of a day; write 09:00-17:00, and a night in two parts: "
            "22:00-24:00 and, on the next day, 00:00-06:00"
        ) from None


def _of_day(written: str) -> timedelta:
    if written.strip() == _MIDNIGHT:
        return timedelta(hours=24)
    found = time.fromisoformat(written.strip())
    return timedelta(hours=found.hour, minutes=found.minute)


def _holiday(key: str, settings: HoursSettings) -> Callable[[date], str]:
    """The name of the holiday that a date is."""
    single = frozenset(settings.holidays)
    public = _public(key, settings.country, settings.region)
    return lambda day: ON_A_DAY if day in single else public(day)


def _public(key: str, country: str, region: str) -> Callable[[date], str]:
    if not country:
        if region:
            raise SettingsRefused(f"{key}.region: name the country too, as {key}.country.")
        return lambda _day: ""
    # Slow to import, and only needed by desks that name a country.
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        raise SettingsRefused(
            f"{key}.country: the holidays of {country!r} are not known. {suggestion(country, known, 'Known')}"
        )
    if region and region not in known[country]:
        parts = f"Known: {', '.join(known[country])}." if known[country] else "It has none."
        raise SettingsRefused(f"{key}.region: {country} has no part {region!r}. {parts}")
    calendar = holidays.country_holidays(country, subdiv=region or None)
    return lambda day: str(calendar.get(day) or "")
