"""The manifest asks for exactly what the code uses, and the doctor names what is wrong."""

import ast
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.listening import ListeningRules
from adapters.slack.doctor import diagnose
from adapters.slack.manifest import ASSISTANT_EVENTS, EVENTS, SCOPES, manifest
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import options_for, prepare

CODE = Path(__file__).parents[2] / "adapters" / "slack"

NEEDS = {
    "auth_test": set(),
    "apps_connections_open": set(),
    "assistant_threads_setStatus": {"assistant:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_appendStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "conversations_history": {f"{kind}:history" for kind in ("channels", "groups", "im", "mpim")},
    "conversations_replies": {f"{kind}:history" for kind in ("channels", "groups", "im", "mpim")},
    "conversations_open": {"im:write"},
    "users_conversations": {f"{kind}:read" for kind in ("channels", "groups", "im", "mpim")},
    "users_info": {"users:read"},
    "reactions_add": {"reactions:write"},
    "reactions_remove": {"reactions:write"},
    "views_open": set(),
    "views_publish": set(),
}
"""Slack's methods and the scopes that they need, as its documentation says."""

WITHOUT_A_CALL = {
    "app_mentions:read": "the event app_mention",
    "reactions:read": "the event reaction_added",
    "commands": "slash commands and the shortcut",
    "files:read": "downloading a file",
}


def called() -> set[str]:
    """Every method of a client that the code names."""
    names = set()
    for file in CODE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and re.match(
                r"(auth|apps|assistant|chat|conversations|users|reactions|views|files|team|bots)_",
                node.attr,
            ):
                names.add(node.attr)
    return names


def test_the_scopes_are_exactly_those_of_the_methods_and_events_in_use() -> None:
    assert called() - {"team_id"} == set(NEEDS)
    needed = set().union(*NEEDS.values()) | set(WITHOUT_A_CALL)
    assert needed == set(SCOPES)
    assert manifest()["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


def test_the_events_are_exactly_those_that_the_parser_acts_on() -> None:
    source = (CODE / "messages.py").read_text("utf-8")
    body = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "parse_event"
    )
    acted_on = {
        node.value.value
        for node in ast.walk(body)
        if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant)
    }
    subscribed = {event.partition(".")[0] for event in (*EVENTS, *ASSISTANT_EVENTS)}
    assert subscribed - {"assistant_thread_context_changed"} == acted_on


def test_the_modes_differ_in_the_addresses_only() -> None:
    socket = manifest()
    assert socket["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in str(socket)
    http = manifest(mode="http", request_url="https://x.org/slack/events")
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["settings"]["event_subscriptions"]["request_url"] == "https://x.org/slack/events"
    assert all(each["url"] for each in http["features"]["slash_commands"])
    assert "agent_view" in http["features"]
    old = manifest(assistant=True)
    assert "assistant_view" in old["features"]
    assert "assistant_thread_started" in old["settings"]["event_subscriptions"]["bot_events"]


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server("socket") as server:
        prepare(server)
        yield server


async def levels(slack: SlackServer, **changes: object) -> dict[str, str]:
    """Each finding's words and level; what is not well says what to do."""
    found = await diagnose(replace(options_for(slack), **changes))  # type: ignore[arg-type]
    assert all(each.remedy for each in found if each.level != "ok")
    return {each.what: each.level for each in found}


async def test_a_good_set_up_is_well(slack: SlackServer) -> None:
    found = await levels(slack)
    assert set(found.values()) == {"ok"}
    assert "The bot listens in 2 channels: #help, #talk." in found


async def test_wrong_tokens_are_named(slack: SlackServer) -> None:
    assert list((await levels(slack, bot_token="x")).values()) == ["error"]
    found = await levels(slack, bot_token="xoxb-old")
    assert found == {"Slack refuses the bot token: invalid_auth.": "error"}
    found = await levels(slack, app_token="xapp-old")
    assert found["Socket Mode cannot be opened: invalid_auth."] == "error"


async def test_missing_and_spare_scopes_are_named(slack: SlackServer) -> None:
    slack.workspace.scopes = slack.workspace.scopes.replace("users:read", "admin")
    found = await levels(slack)
    assert found["The scope users:read is missing: the bot cannot call people by their names."]
    assert found["The app has scopes that nobody uses: admin."] == "warning"


async def test_channels_that_the_bot_is_not_in_are_named(slack: SlackServer) -> None:
    rules = ListeningRules(allow=frozenset({"C1", "C7"}))
    found = await levels(slack, listening=rules)
    assert found["The bot is not in C7, which the settings name."] == "error"
    assert found["The bot listens in 1 channels: #help."] == "ok"


async def test_an_unreachable_slack_is_said(slack: SlackServer) -> None:
    slack.faults.next("auth.test", Fault("cut_before"))
    found = await levels(slack)
    assert list(found.values()) == ["error"]
    assert next(iter(found)).startswith("Slack cannot be reached")
