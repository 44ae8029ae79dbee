"""How an Outgoing looks on Discord: within every limit, whole, and the same on every attempt."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.controls import Control, digest, read_control
from adapters.discord.layout import digests, mark_of, nonce_of, render
from adapters.discord.places import (
    Asked,
    Direct,
    InChannel,
    InThread,
    first_id,
    instant,
    read_place,
)
from adapters.discord.pressed import after_choice, after_rating, after_share, label_of, shared
from bot.channel import Address, Choice, Outgoing, Source
from tests.servers.discord.components import flat, numbered, refusal
from tests.servers.discord.payloads import COMPONENTS_V2

THREAD = InThread(1, 2)
PLACES = st.sampled_from([THREAD, Direct(2**63, 2**63), Asked(2**63, 2**62, 2**61)])
words = st.text(max_size=300)
choices = st.lists(st.builds(Choice, st.text(min_size=1, max_size=255), words), max_size=110)
sources = st.lists(st.builds(Source, st.integers(1, 99), words, words, words), max_size=9)
outgoings = st.builds(
    Outgoing,
    key=st.text("abcdef0123456789", min_size=1, max_size=25),
    address=st.just(Address("discord", "thread/1/2")),
    text=st.text(min_size=0, max_size=3_000) | st.lists(words).map("\n```\n".join),
    sort=st.sampled_from(["answer", "ask_back", "notice"]),
    choices=choices.map(lambda c: tuple({each.id: each for each in c}.values())),
    sources=sources.map(tuple),
    rateable=st.booleans(),
)


def out(text: str = "Hello", **more: object) -> Outgoing:
    return Outgoing("key", Address("discord", "thread/1/2"), text, **more)  # type: ignore[arg-type]


@settings(max_examples=40)
@given(outgoings, PLACES)
def test_discord_takes_whatever_is_rendered(outgoing: Outgoing, place: object) -> None:
    posts = render(outgoing, place)  # type: ignore[arg-type]
    for post in posts:
        body = {"components": post.components, "flags": COMPONENTS_V2, "nonce": post.nonce}
        assert refusal(body) == ""
    assert posts or not outgoing.text.strip()
    assert len({post.nonce for post in posts}) == len({post.mark for post in posts}) == len(posts)


@settings(max_examples=40)
@given(outgoings, PLACES)
def test_a_press_says_what_was_pressed(outgoing: Outgoing, place: object) -> None:
    meant = digests(outgoing, place)  # type: ignore[arg-type]
    found = []
    for post in render(outgoing, place):  # type: ignore[arg-type]
        for each in flat(post.components):
            control = read_control(each.get("custom_id", ""))
            if control and control.kind == "choice":
                found.append(meant.get(control.value, control.value))
            found += [meant.get(o["value"], o["value"]) for o in each.get("options", ())]
            assert control is None or control.key == outgoing.key
    expected = [choice.id for choice in outgoing.choices][:100]
    assert sorted(found) == sorted(expected if outgoing.text.strip() or found else [])


def test_nothing_to_say_makes_no_message() -> None:
    assert render(out(" \n"), THREAD) == []


def test_the_first_message_has_the_key_as_its_nonce() -> None:
    assert nonce_of("a" * 25, 0) == "a" * 25
    assert len(nonce_of("a" * 25, 1)) <= 25
    assert mark_of("a", 0) != mark_of("a", 1) != mark_of("b", 1)


def test_sources_are_numbered_and_counted() -> None:
    many = tuple(Source(n, f"Title {n}", "", "https://x.example/") for n in range(1, 8))
    (post,) = render(out(sources=many), THREAD)
    lines = post.components[1]["content"].split("\n")
    assert lines[0] == "-# Sources"
    assert lines[1] == "-# 1. [Title 1](<https://x.example/>)"
    assert lines[-1] == "-# and 2 more"


def test_a_source_without_an_address_is_only_named() -> None:
    (post,) = render(out(sources=(Source(1, "A [b](https://c)", "", "javascript:x"),)), THREAD)
    assert post.components[1]["content"] == "-# Sources\n-# 1. A (b)(https://c)"


def drawn(**more: object) -> list[dict[str, object]]:
    place = Asked(1, 2, 3)
    return numbered(render(out(**more), place)[0].components)


def test_after_a_choice_the_choices_are_gone() -> None:
    before = drawn(choices=(Choice("a", "**A**"), Choice("b", "B")), rateable=True)
    custom_id = str(Control("choice", "key", "a3", "a"))
    assert label_of(before, custom_id) == "**A**"
    after = after_choice(before, "**A**", "Ana `x`")
    assert [each["type"] for each in after] == [10, 10, 1]
    assert after[1]["content"] == "-# ➤ **A** – Ana 'x'"
    assert after_choice(after, "B", "Ben")[1]["content"] == "-# ➤ **B** – Ben"
    assert len(after_choice(after, "B", "Ben")) == 3


def test_a_select_names_the_option_that_was_picked() -> None:
    before = drawn(choices=tuple(Choice(f"c{n}", f"C {n}") for n in range(6)))
    custom_id = str(Control("select", "key", "a3", "0"))
    assert label_of(before, custom_id, "c4") == "C 4"


def test_a_rating_colours_its_thumb() -> None:
    after = after_rating(drawn(rateable=True), helpful=True)
    thumbs = [each["style"] for each in flat(after) if each["type"] == 2]
    assert thumbs == [3, 2]


def test_a_shared_answer_cannot_be_shared_again_and_keeps_its_sources() -> None:
    before = drawn(sort="answer", sources=(Source(1, "T", "", "https://t.example"),), rateable=True)
    assert "Show it to everyone here" in [each.get("label") for each in flat(before)]
    after = after_share(before)
    assert "Show it to everyone here" not in [each.get("label") for each in flat(after)]
    public = shared(before, "Ana")
    assert [each["type"] for each in public] == [10, 10, 10]
    assert "https://t.example" in public[1]["content"]


def test_a_controls_id_survives_what_stands_in_it() -> None:
    control = Control("choice", "key", "d77", "a|b|c")
    assert read_control(str(control)) == control
    assert read_control(str(Control("choice", "key", "", "x" * 200))) == Control(
        "choice", "key", "", digest("x" * 200)
    )
    for strange in ("", "fl|c|k", "fl|x|k||v", "xx|c|k||v"):
        assert read_control(strange) is None


@given(st.integers(0, 2**63), st.integers(0, 2**63), st.integers(0, 2**63))
def test_places_are_read_as_they_were_written(a: int, b: int, c: int) -> None:
    for place in (InThread(a, b), Direct(a, b), Asked(a, b, c), InChannel(a)):
        assert read_place(str(place)) == place
        assert len(str(place)) <= 255


def test_an_id_tells_its_time() -> None:
    at = instant(175928847299117063)
    assert at.isoformat() == "2016-04-30T11:18:25.796000+00:00"
    assert first_id(at) <= 175928847299117063 < first_id(at) + (1 << 22)
