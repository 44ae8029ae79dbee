"""Mood and platform in a ticket's summary: only what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mood import mood_of, platform_of


@pytest.mark.parametrize(
    ("said", "mood"),
    [
        (["my printer jams"], ""),
        (["this is useless"], 'upset ("useless")'),
        (["I am not angry, only curious"], ""),
        (["I need it asap"], 'in a hurry ("asap")'),
        (["thanks, works now"], 'pleased ("thanks")'),
        (["thank you", "but it is still not fixed"], 'in a hurry ("still not")'),
        (["WHY DOES THIS NEVER WORK HERE"], 'upset ("WHY DOES THIS NEVER WORK HERE")'),
        (["hello??? anyone!!"], 'upset ("hello??? anyone!!")'),
        (["no thanks"], ""),
    ],
)
def test_mood_is_what_the_words_say(said: list[str], mood: str) -> None:
    assert mood_of(said) == mood


@pytest.mark.parametrize(
    ("said", "platform"),
    [
        (["on my iPhone"], "iOS"),
        (["Windows 11 here", "and also on macOS"], "macOS, Windows"),
        (["the window is broken"], ""),
        (["big mac"], ""),
    ],
)
def test_platform_is_what_was_named(said: list[str], platform: str) -> None:
    assert platform_of(said) == platform


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_words_are_read_and_always_the_same_way(said: list[str]) -> None:
    assert mood_of(said) == mood_of(said)
    assert platform_of(said) == platform_of(list(said))
