"""Whatever an article looks like: no word is lost, order is kept, passages are bounded and stable."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.split import split
from indexer.units import size
from knowledge.content import Article, Passage

WORDS = 30
LIMIT = 45


def passages(body: str, words: int = WORDS, title: str = "Title") -> list[Passage]:
    entries = split(Article("a", title, body), words)
    return [entry for entry in entries if entry.kind == "passage"]


def texts(body: str, words: int = WORDS) -> list[str]:
    return [passage.text for passage in passages(body, words)]


class Words:
    """Draws words that occur once in a document, so that each can be followed."""

    def __init__(self) -> None:
        self.count = 0

    def draw(self, count: int) -> str:
        self.count += count
        return " ".join(f"w{n}" for n in range(self.count - count, self.count))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, int]:
    words = Words()
    parts: list[str] = []
    kinds = st.sampled_from(
        [
            "paragraph",
            "heading",
            "list",
            "numbers",
            "table",
            "fence",
            "box",
            "quote",
            "code",
            "nested",
        ]
    )
    for kind in draw(st.lists(kinds, max_size=8)):
        parts.append(_block(kind, draw(st.integers(1, 60)), draw(st.integers(1, 9)), words))
    return "\n\n".join(parts), words.count


def _block(kind: str, length: int, count: int, words: Words) -> str:
    match kind:
        case "heading":
            return f"{'#' * min(count, 6)} {words.draw(min(length, 8))}"
        case "list":
            return "\n".join(f"* {words.draw(length)}" for _ in range(count))
        case "numbers":
            return "\n\n".join(f"{n}. {words.draw(length)}" for n in range(1, count + 1))
        case "nested":
            return f"- {words.draw(3)}\n" + "\n".join(
                f"  - {words.draw(length)}" for _ in range(count)
            )
        case "table":
            rows = [
                f"| {words.draw(1)} | {words.draw(length % 20 + 1)} |" for _ in range(count + 1)
            ]
            return "\n".join([rows[0], "|---|---|", *rows[1:]])
        case "fence":
            return "\n".join(["```", *(words.draw(length % 20 + 1) for _ in range(count)), "```"])
        case "code":
            return "para\n\n" + "\n".join(f"    {words.draw(length)}" for _ in range(count))
        case "box":
            inner = "\n\n".join(words.draw(length) for _ in range(count))
            return f"::: tip\n{inner}\n:::"
        case "quote":
            return "\n>\n".join(f"> {words.draw(length)}" for _ in range(count))
        case _:
            return ". ".join(words.draw(length % 15 + 1) for _ in range(count)) + "."


def seen_in_order(found: Iterable[Passage]) -> list[int]:
    """The words in the order in which a reader meets them first."""
    shown = "\n".join(" ".join((*passage.section, passage.text)) for passage in found)
    return list(dict.fromkeys(int(word) for word in re.findall(r"\bw(\d+)\b", shown)))


@given(documents())
@settings(max_examples=150, deadline=None)
def test_no_word_is_lost_and_the_order_is_kept(document):
    body, count = document
    assert seen_in_order(passages(body)) == list(range(count))


@given(documents())
@settings(max_examples=100, deadline=None)
def test_passages_are_bounded_and_stable(document):
    body, _ = document
    found = passages(body)
    assert all(0 < size(passage.text) <= LIMIT + 2 for passage in found)
    assert [passage.id for passage in found] == [f"a#{n}" for n in range(len(found))]
    assert passages(body) == found


@given(documents())
@settings(max_examples=60, deadline=None)
def test_a_passage_of_its_own_is_not_split_again(document):
    body, _ = document
    for text in texts(body):
        assert texts(text) == [text]


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_split_within_bounds(body):
    for passage in passages(body.encode("utf-8", "replace").decode()):
        assert size(passage.text) <= LIMIT + 2


@pytest.mark.parametrize(
    "body",
    [
        "x" * 1_000_000,
        "[" * 20_000,
        "[ " + "A word. " * 100_000,
        "> " * 2_000 + "x",
        "a " * 300_000,
        "字" * 50_000,
        "- " * 3_000 + "x",
    ],
    ids=["one-word", "brackets", "open-bracket", "quotes", "words", "no-spaces", "markers"],
)
def test_huge_and_hostile_texts_are_bounded(body):
    found = passages(body)
    assert found
    assert max(size(passage.text) for passage in found) <= LIMIT + 2
