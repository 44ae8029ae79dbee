"""Triage channels in the settings: understood, or refused with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.agents_side import Triage
from bot.channel import Address
from config.problems import SettingsRefused
from config.settings import load
from config.triage import triages


def settings_with(place: Path, triage: str) -> Path:
    (place / "firstline.toml").write_text(f'[[queues]]\nname = "help"\ntriage = "{triage}"\n')
    return place


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("slack:C0123ABC", Address("slack", "C0123ABC")),
        ("slack:G0123ABC", Address("slack", "G0123ABC")),
        ("discord:channel/123456789012345678", Address("discord", "channel/123456789012345678")),
    ],
)
def test_an_address_of_a_channel(tmp_path: Path, written: str, address: Address) -> None:
    found = triages(load(settings_with(tmp_path, written)))
    assert found == (Triage("help", 1, address),)


def test_none_is_nowhere(tmp_path: Path) -> None:
    assert triages(load(settings_with(tmp_path, ""))) == ()


@pytest.mark.parametrize(
    "written",
    [
        "slack",
        "slack:#triage",
        "slack:U0123ABC",
        "slack:C0123ABC:17.1",
        "discord:123456",
        "discord:channel/",
        "discord:channel/abc",
        "discord:thread/1/2",
        "email:ann@example.com",
        "slack:C0123ABC ",
    ],
)
def test_all_else_is_refused_with_what_to_write(tmp_path: Path, written: str) -> None:
    with pytest.raises(SettingsRefused, match=r"queues.*triage.*slack:C0123ABC"):
        load(settings_with(tmp_path, written))
