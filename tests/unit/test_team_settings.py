"""Tiers, queues, hours, routing, policies and escalation in the settings: taken, or refused with the key."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.business_hours import open_time_between
from config.hours import hours_by_name
from config.problems import SettingsRefused
from config.settings import Settings, load
from config.team_sections import HoursSettings

BERLIN = ZoneInfo("Europe/Berlin")

WHOLE = """
[[hours]]
name = "bavaria"
zone = "Europe/Berlin"
week = { "mon-thu" = ["13:00-17:00", "09:00-12:00"], "fri" = ["09:00-24:00"] }
holidays = [2026-12-24]
country = "DE"
region = "BY"

[[tiers]]
number = 1

[[tiers]]
number = 2
name = "Engineers"

[[groups]]
name = "money"
agents = ["ada", "bob"]

[[queues]]
name = "support"

[[queues]]
name = "billing"
tier = 2
groups = ["money"]
hours = "bavaria"
assign = "least_loaded"
capacity = 5

[[routing]]
name = "invoices"
words = ["invoice"]
queue = "billing"
priority = "high"

[[sla]]
name = "urgent"
priorities = ["urgent"]
first_response = "30m"
resolution = "8h"
hours = "bavaria"

[[escalation]]
name = "late"
when = "breach"
clocks = ["first_response"]
to = "billing"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for key in [key for key in os.environ if key.startswith("FIRSTLINE_")]:
        monkeypatch.delenv(key)
    return tmp_path


def loaded(desk: Path, toml: str) -> Settings:
    (desk / "firstline.toml").write_text(toml, "utf-8")
    return load(desk)


def refusal(desk: Path, toml: str) -> str:
    with pytest.raises(SettingsRefused) as refused:
        loaded(desk, toml)
    return str(refused.value)


def test_a_whole_team_is_taken(desk: Path) -> None:
    settings = loaded(desk, WHOLE)
    assert [queue.name for queue in settings.queues] == ["support", "billing"]
    assert settings.sla[0].pauses == ("pending", "on_hold")


def test_nothing_about_people_is_one_tier_with_one_queue_and_no_promise(desk: Path) -> None:
    settings = loaded(desk, "")
    assert [tier.number for tier in settings.tiers] == [1]
    assert [queue.name for queue in settings.queues] == ["support"]
    assert [policy.first_response for policy in settings.sla] == [""]


def test_hours_are_read_with_public_holidays(desk: Path) -> None:
    hours = hours_by_name(loaded(desk, WHOLE).hours)["bavaria"]
    assert hours.zone == BERLIN

    def opened(day: date) -> timedelta:
        start = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
        return open_time_between(hours, start, start + timedelta(days=1))

    assert opened(date(2026, 12, 21)) == timedelta(hours=7)
    assert opened(date(2026, 12, 18)) == timedelta(hours=15)
    assert opened(date(2026, 12, 19)) == timedelta(0)
    assert hours.holiday(date(2026, 12, 24)) == "closed that day"
    assert hours.holiday(date(2026, 12, 25))  # public, under the package's own name for it
    assert hours.holiday(date(2026, 1, 6))  # Epiphany: in few parts of the country
    elsewhere = HoursSettings(country="DE", region="BE")
    assert not hours_by_name((elsewhere,))["office"].holiday(date(2026, 1, 6))


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        ('[[queues]]\nname = "a"\ntier = 3', "queues[1].tier", "'3'"),
        ('[[queues]]\nhours = "offise"', "queues[1].hours", "Did you mean 'office'?"),
        ('[[queues]]\ngroups = ["nobody"]', "queues[1].groups", "'nobody'"),
        ("[[queues]]\n[[queues]]", "queues[2].name", "support is there already"),
        ("[[tiers]]\n[[tiers]]", "tiers[2].number", "1 is there already"),
        ('[[routing]]\nqueue = "suport"', "routing[1].queue", "Did you mean 'support'?"),
        ("[[routing]]\ntier = 2", "routing[1].tier", "'2'"),
        ('[[sla]]\nhours = "none"', "sla[1].hours", "'none'"),
        ('[[sla]]\nresolution = "soon"', "sla[1].resolution", "30m, 2h or 3d"),
        ('[[sla]]\nresolution = "0m"', "sla[1].resolution", "longer than nothing"),
        ('[[sla]]\npauses = ["waiting"]', "sla[1].pauses[1]", "waiting"),
        ("[[sla]]\nwarn_percent = 0", "sla[1].warn_percent", "0"),
        ('[[escalation]]\nto = "x"', "escalation[1].to", "'x'"),
        ('[[escalation]]\nqueues = ["x"]', "escalation[1].queues", "'x'"),
        ('[[escalation]]\nwhen = "unassigned"\nafter = ""', "escalation[1].after", "how long"),
        ('[[escalation]]\nwhen = "bored"', "escalation[1].when", "breach"),
        ('[[hours]]\nzone = "Mars/Base"', "hours[1].zone", "Mars/Base"),
        ('[[hours]]\nweek = { "monday" = ["09:00-17:00"] }', "hours[1].week", "mon, tue"),
        ('[[hours]]\nweek = { "fri-mon" = ["09:00-17:00"] }', "hours[1].week", "two entries"),
        ('[[hours]]\nweek = { "mon" = ["22:00-06:00"] }', "hours[1].week", "two parts"),
        ('[[hours]]\nweek = { "mon" = ["9 to 5"] }', "hours[1].week", "09:00-17:00"),
        (
            '[[hours]]\nweek = { "mon" = ["09:00-12:00", "11:00-13:00"] }',
            "hours[1].week",
            "overlap",
        ),
        ("[[hours]]\nweek = {}", "hours[1].week", "open on one"),
        ('[[hours]]\ncountry = "XX"', "hours[1].country", "'XX'"),
        ('[[hours]]\ncountry = "DE"\nregion = "CA"', "hours[1].region", "BY"),
        ('[[hours]]\nregion = "BY"', "hours[1].region", "country"),
        ("[tickets]\nfirst_tier = 4", "tickets.first_tier", "'4'"),
        ("[[queues]]\nteir = 1", "queues[1].teir", "Did you mean 'tier'?"),
    ],
)
def test_what_stands_for_nothing_is_refused_with_its_key(
    desk: Path, toml: str, key: str, words: str
) -> None:
    said = refusal(desk, toml)
    assert f"firstline.toml: {key}" in said
    assert words in said


@pytest.mark.parametrize("table", ["tiers", "queues"])
def test_a_desk_without_any_is_refused(desk: Path, table: str) -> None:
    assert f"{table}" in refusal(desk, f"{table} = []")
