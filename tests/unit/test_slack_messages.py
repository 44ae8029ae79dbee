"""Slack's words and ours: every shape of event, text both ways, places, talks, threads."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.blocks import after_choice, after_rating, render
from adapters.slack.errors import BROKEN, PERMANENT, retry_after, send_error
from adapters.slack.interactions import (
    block_id,
    block_meaning,
    parse_command,
    parse_interaction,
    unwrapped,
)
from adapters.slack.markup import markdown, mentions, read
from adapters.slack.messages import Ignored, Me, Said, parse_event
from adapters.slack.options import Labels
from adapters.slack.places import Place, just_before, order, parse_place
from adapters.slack.talks import Line, begun
from adapters.slack.threads import Note, standing
from bot.channel import Address, Choice, Outgoing, Source
from tests.servers.slack.limits import faults_of_message

ME = Me("U0BOT", "B0BOT", "T0TEAM")
PAYLOADS = sorted((Path(__file__).parent / "slack_payloads").glob("*.json"))


def understood(body: Any) -> str:
    """What a payload was taken for: its class, or `ignored: …`."""
    payload = unwrapped(body)
    if payload.get("type") == "event_callback":
        parsed: Any = parse_event(payload.get("event"), ME)
    elif "command" in payload:
        parsed = parse_command(payload)
    else:
        parsed = parse_interaction(payload)
    return f"ignored: {parsed.reason}" if isinstance(parsed, Ignored) else type(parsed).__name__


def cases() -> Iterator[Any]:
    for file in PAYLOADS:
        for name, case in json.loads(file.read_text("utf-8")).items():
            yield pytest.param(case["payload"], case["is"], id=f"{file.stem}: {name}")


@pytest.mark.parametrize(("payload", "expected"), list(cases()))
def test_every_shape_is_understood_or_ignored_for_a_named_reason(
    payload: Any, expected: str
) -> None:
    assert understood(payload) == expected


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where anything stands in a payload."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in inside:
        yield (*at, key)
        yield from paths(each, (*at, key))


@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.stem)
def test_whatever_stands_anywhere_in_a_payload_nothing_breaks(file: Path) -> None:
    for case in json.loads(file.read_text("utf-8")).values():
        for path in paths(case["payload"]):
            for strange in (None, 7, 1e300, True, "", "x", [], {}, [None]):
                payload = copy.deepcopy(case["payload"])
                inside = payload
                for key in path[:-1]:
                    inside = inside[key]
                inside[path[-1]] = strange
                assert understood(payload)


def test_the_words_of_a_message() -> None:
    text = "<@U0BOT>: ask <@U2|ben> in <#C1|help> &lt;b&gt; <!here> <https://x.org|x.org> <mailto:a@b.c|a@b.c>"
    assert read(text, "U0BOT") == "ask @ben in #help <b> @here https://x.org a@b.c"
    assert mentions(text) == {"U0BOT", "U2"}
    assert read("&amp;lt;", "U0BOT") == "&lt;"


@given(st.text(max_size=300))
def test_no_text_pings_whatever_it_is(text: str) -> None:
    shown = markdown(text)
    assert "<" not in shown
    assert ">" not in shown.replace("\n>", "\n").lstrip("> ")


@given(st.text(alphabet="[]()`!<>&abc.:/ \n\\~", max_size=2000))
def test_no_markdown_takes_long_or_pings(text: str) -> None:
    assert "<" not in markdown(text)


@pytest.mark.parametrize(
    "text", ["`" * 20_000 + "a", "[a](" + "x" * 20_000, "[" * 20_000, "](" * 9_000]
)
def test_no_text_is_catastrophic(text: str) -> None:
    assert markdown(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[the guide](https://x.org/a(b)?c=1&d=2)", "[the guide](https://x.org/a(b)?c=1&d=2)"),
        ("[https://x.org](https://x.org)", "[https://x.org](https://x.org)"),
        ("[x.org/a](https://x.org/a/b)", "[x.org/a](https://x.org/a/b)"),
        ("[bank.com](https://evil.org)", "bank.com (https://evil.org)"),
        ("[click](javascript:alert)", "click"),
        ("`[a.com](https://b.org)`", "`[a.com](https://b.org)`"),
        ("see https://x.org?a=1&b=2 & <x>", "see https://x.org?a=1&b=2 &amp; &lt;x&gt;"),
        ("> quoted > so", "> quoted &gt; so"),
        ("```\nif a < b & c:\n```", "```\nif a &lt; b &amp; c:\n```"),
    ],
)
def test_markdown_for_slack(text: str, shown: str) -> None:
    assert markdown(text) == shown


words = st.text(st.characters(codec="utf-8"), max_size=400)
choices = st.lists(st.builds(Choice, st.text(min_size=1, max_size=255), words), max_size=60)
sources = st.lists(st.builds(Source, st.integers(1, 99), words, words, words), max_size=60)


@given(text=st.text(max_size=30_000), offered=choices, cited=sources, native=st.booleans())
def test_whatever_is_said_slack_accepts_it(text, offered, cited, native):
    outgoing = Outgoing(
        "k" * 24, Address("slack", "C1:1700000000.000100"), text, "answer", tuple(offered),
        tuple(cited), rateable=True,
    )  # fmt: skip
    posts = render(outgoing, Labels(), native=native)
    assert posts
    for number, post in enumerate(posts):
        body = {"text": post.text, "blocks": list(post.blocks), "metadata": dict(post.metadata)}
        assert faults_of_message(body) == []
        assert post.part == number
        for shown in (after_choice(post.blocks, "k", "done"), after_rating(post.blocks, "k", "so")):
            assert faults_of_message(body | {"blocks": shown}) == []


def test_nothing_to_say_is_no_post() -> None:
    assert render(Outgoing("k", Address("slack", "C1:1.1"), " \n "), Labels(), native=True) == []


@given(st.text(min_size=1, max_size=25).filter(lambda key: "/" not in key), st.text(max_size=100))
def test_a_block_knows_its_message_and_thread(key: str, thread: str) -> None:
    assert block_meaning(block_id("rating", key, thread, 3)) == ("rating", key, thread)


ids = st.text(alphabet="ABCDU0123456789", min_size=1, max_size=11)
stamps = st.integers(1, 4_000_000_000_000_000).map(lambda n: f"{n // 10**6}.{n % 10**6:06d}")
places = (
    st.builds(Place, ids)
    | st.builds(Place, ids, thread_ts=stamps)
    | st.builds(Place, ids, begun=stamps)
    | st.builds(Place, ids, begun=stamps, user=ids)
)


@given(places)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert parse_place(str(place)) == place


@pytest.mark.parametrize("thread", ["", ":1.1", "C1:", "C1~", "C1!U1!", "C1!U1"])
def test_what_is_no_place_is_refused(thread: str) -> None:
    with pytest.raises(ValueError):
        parse_place(thread)


@given(stamps)
def test_just_before_is_just_before(ts: str) -> None:
    assert order(just_before(ts)) < order(ts)


def test_a_talk_goes_on_until_a_long_silence() -> None:
    quiet = timedelta(hours=8)
    lines = [Line("100000.000000"), Line("100060.000000")]
    assert begun(lines, "100100.000000", quiet) == "100000.000000"
    assert begun(lines, "200000.000000", quiet) == "200000.000000"
    assert begun([], "5.000000", quiet) == "5.000000"
    ours = [Line("190000.000000", "100000.000000")]
    assert begun([*lines, *ours], "200000.000000", quiet) == "100000.000000"
    assert begun([*lines, Line("300000.000000")], "100100.000000", quiet) == "100000.000000"


def test_who_stands_where_in_a_thread() -> None:
    ada = Note("1.1", "U1", by_self=False, to_bot=True)
    bot = Note("2.1", "U0BOT", by_self=True, to_bot=False)
    ben = Note("3.1", "U2", by_self=False, to_bot=False)
    assert standing([], "9.1", "U1") == (False, "nobody")
    assert standing([ada], "9.1", "U1") == (True, "sender")
    assert standing([ben, ada, bot], "2.5", "U1") == (True, "bot")
    assert standing([ada, bot, ben], "9.1", "U1") == (True, "other")
    assert standing([replace(ada, to_bot=False), ben], "9.1", "U2") == (False, "sender")


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("3601", 3600),
        ("nan", 30),
        ("inf", 30),
        ("soon", 30),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("", 30),
    ],
)
def test_how_long_slack_asks_to_wait(value: str, seconds: float) -> None:
    assert retry_after({"Retry-After": value} if value else {}, NOW) == seconds


def test_the_table_of_errors_has_no_doubles() -> None:
    assert not PERMANENT & BROKEN
    for code in PERMANENT:
        assert send_error("chat.postMessage", code, 200, None).permanent
    for code in BROKEN:
        error = send_error("chat.postMessage", code, 200, None)
        assert error.broken
        assert not error.permanent
    assert send_error("chat.postMessage", "", 403, None).broken
    assert not send_error("chat.postMessage", "", 502, None).permanent


def test_a_message_without_a_channel_type_is_known_by_its_channel() -> None:
    event = {"type": "message", "channel": "D1", "user": "U1", "ts": "1.1", "text": "hi"}
    parsed = parse_event(event, ME)
    assert isinstance(parsed, Said)
    assert parsed.direct
