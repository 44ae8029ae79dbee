"""Forms become messages; citations become links."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from adapters.web.pages import ShownSource, with_citations
from adapters.web.talk import Speaker, Unsayable, parse_message, parse_rating
from bot.channel import Address, Sender

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANN = Speaker(Address("web", "thread-a"), Sender("ann"))
BEN = Speaker(Address("web", "thread-b"), Sender("ben"))


def form(**fields: str) -> FormData:
    return FormData({"message": "abcdefgh", **fields})


def test_a_text_becomes_a_message() -> None:
    message = parse_message(form(text="  one\r\ntwo "), ANN, NOW, longest=100)
    assert (message.text, message.choice) == ("one\ntwo", None)


def test_a_pressed_choice_is_its_id_with_its_label_as_text() -> None:
    message = parse_message(form(choice="topic:a=Set = up"), ANN, NOW, longest=100)
    assert (message.choice, message.text) == ("topic:a", "Set = up")


def test_the_same_form_is_the_same_message_but_not_in_another_conversation() -> None:
    ids = {parse_message(form(text=t), s, NOW, 9).external_id for t in "ab" for s in (ANN, BEN)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("fields", "notice"),
    [
        ({"text": " \n"}, "empty"),
        ({}, "empty"),
        ({"choice": "human="}, "empty"),
        ({"text": "x" * 101}, "long"),
        ({"text": "x", "message": "short"}, "unclear"),
        ({"text": "x", "message": "a b c d e f g h"}, "unclear"),
    ],
)
def test_what_makes_no_message_says_why(fields: dict[str, str], notice: str) -> None:
    with pytest.raises(Unsayable) as refused:
        parse_message(form(**fields), ANN, NOW, longest=100)
    assert refused.value.notice == notice


def test_a_rating_is_yes_or_no() -> None:
    assert parse_rating(form(helpful="yes"), "k", ANN, NOW).helpful
    assert not parse_rating(form(helpful="no"), "k", ANN, NOW).helpful
    with pytest.raises(Unsayable):
        parse_rating(form(helpful="maybe"), "k", ANN, NOW)


SOURCES = [
    ShownSource(1, 'A "b" <c>', "", "/help/a?x=1&y=2", False),
    ShownSource(2, "No", "", "", False),
]


def test_a_citation_leads_to_its_source() -> None:
    html = with_citations("<p>Yes [1].</p>", SOURCES)
    assert html == (
        '<p>Yes <a class="cite" href="/help/a?x=1&amp;y=2" '
        'title="A &#34;b&#34; &lt;c&gt;">[1]</a>.</p>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p>[2] [3] [x] [123]</p>",
        "<pre><code>a[1]</code></pre>",
        "<p><code>a[1]</code></p>",
        '<p><a href="/x">see [1]</a></p>',
        '<p><img alt="a > [1]" src="https://x"></p>',
    ],
)
def test_what_is_no_citation_stays(html: str) -> None:
    assert with_citations(html, SOURCES) == html


@given(st.text("<>ab[1]/\"' code", max_size=60))
def test_citations_only_add_links(html: str) -> None:
    added = with_citations(html, SOURCES)
    link = '<a class="cite" href="/help/a?x=1&amp;y=2" title="A &#34;b&#34; &lt;c&gt;">[1]</a>'
    assert added.replace(link, "[1]") == html
