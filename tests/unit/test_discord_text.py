"""Texts on their way to and from Discord: honest about links, with names for ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.links import link, plain_links
from adapters.discord.messages import talk_start, title
from adapters.discord.places import first_id


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[bank.example](https://thief.example)", "bank.example (<https://thief.example>)"),
        (
            "[https://bank.example/x](http://thief.example)",
            "https://bank.example/x (<http://thief.example>)",
        ),
        ("[ｂank.example](https://thief.example)", "ｂank.example (<https://thief.example>)"),
        (
            "[bank\u200b.example](<https://thief.example>)",
            "bank\u200b.example (<https://thief.example>)",
        ),
        ("[bank\\.example](https://thief.example)", "bank\\.example (<https://thief.example>)"),
        (
            "[www.bank.example](https://bank.example/a)",
            "[www.bank.example](<https://bank.example/a>)",
        ),
        ("[our help](https://help.example/a_(b))", "[our help](<https://help.example/a_%28b%29>)"),
        ('[our help](https://help.example "bank")', "[our help](<https://help.example>)"),
        ("[press](javascript:alert(1))", "press (javascript:alert(1))"),
        ("[press](discord://-/login)", "press (discord://-/login)"),
        ("`[bank.example](https://thief.example)`", "`[bank.example](https://thief.example)`"),
        ("```\n[a.example](https://b.example)\n```", "```\n[a.example](https://b.example)\n```"),
        ("[1] and [2](not a link", "[1] and [2](not a link"),
    ],
)
def test_a_link_says_where_it_leads(written: str, shown: str) -> None:
    assert plain_links(written) == shown


@given(st.text(alphabet="[]()<>`\\ab.:/ \n", max_size=60))
def test_links_are_made_plain_once_and_for_all(text: str) -> None:
    assert plain_links(plain_links(text)).count("](<") <= plain_links(text).count("](<")


def test_many_brackets_are_read_quickly() -> None:
    """A hostile text must not hold up the others: this took minutes with a careless pattern."""
    for hostile in ("[" * 20_000, "[a](" * 5_000, "`" * 20_000, "[a](" + "(" * 20_000):
        plain_links(hostile)


def test_a_title_is_made_a_link_that_it_cannot_break() -> None:
    assert link("A ] b", "https://x.example/>?q=1") == "[A ) b](<https://x.example/%3E?q=1>)"
    assert link("Title", "ftp://x.example") == "Title"


def test_a_thread_is_named_by_the_first_words() -> None:
    assert title("How do I\nreset *my* `password`?") == "How do I reset my password?"
    assert len(title("word " * 50)) <= 90
    assert len(title("x" * 500)) == 90


def test_a_direct_talk_ends_with_a_long_silence() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    ids = [first_id(at + timedelta(hours=hours)) for hours in (0, 7, 16, 25)]
    quiet = timedelta(hours=8)
    assert talk_start(0, 0, ids[0], quiet) == ids[0]
    assert talk_start(ids[0], ids[0], ids[1], quiet) == ids[0]
    assert talk_start(ids[0], ids[1], ids[2], quiet) == ids[2]
    assert talk_start(ids[0], ids[2], ids[0], quiet) == ids[0], "heard again, it is where it was"
