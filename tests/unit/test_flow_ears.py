"""Commands inside a flow: word for word, politeness aside; never by half."""

from __future__ import annotations

import pytest

from tests.flow_support import ears


@pytest.mark.parametrize(
    ("said", "command"),
    [("back", "back"), ("please go back", "back"), ("Can we go back, please?", "back"),
     ("can I talk to a human", "human"), ("I'd like to speak with somebody please", "human"),
     ("I want a human", "human"), ("A HUMAN PLEASE!", "human"), ("let me talk to a real person", "human"),
     ("cancel please", "cancel"), ("could you just stop", "cancel"), ("let's start over", "restart")],
)  # fmt: skip
def test_a_command_is_heard_through_politeness(said: str, command: str) -> None:
    assert ears().command(said) == command


@pytest.mark.parametrize(
    "said",
    ["it does not go back", "please", "can I", "now", "the person before me", "I want to stop the server",
     "support told me to restart", "thanks", "please please", "I need to restart the router", ""],
)  # fmt: skip
def test_what_only_holds_a_command_is_none(said: str) -> None:
    assert ears().command(said) is None
