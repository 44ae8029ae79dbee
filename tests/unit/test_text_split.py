"""An Outgoing as text, and splitting at a limit."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from adapters.text import as_text, split
from bot.channel import Address, Choice, Outgoing, Source

HERE = Address("memory", "main")


def test_sources_and_choices_are_numbered() -> None:
    sources = (Source(1, "Back up", "Restore", "https://x.org/b"), Source(2, "Install", "", ""))
    choices = (Choice("a", "macOS"), Choice("b", "Windows"))
    outgoing = Outgoing("k", HERE, "Do this. [1]\n", choices=choices, sources=sources)
    assert as_text(outgoing) == (
        "Do this. [1]\n\n[1] Back up > Restore: https://x.org/b\n[2] Install\n\n1) macOS\n2) Windows"
    )


def test_text_alone_is_only_itself() -> None:
    assert as_text(Outgoing("k", HERE, "hello")) == "hello"


def test_it_cuts_at_sentences_then_words_then_characters() -> None:
    assert split("First thing is this. Second thing is that one here.", 40) == (
        "First thing is this.",
        "Second thing is that one here.",
    )
    assert split("word " * 12, 40) == ("word word word word word word word word", "word " * 4)
    assert split("a" * 90, 40) == ("a" * 40, "a" * 40, "a" * 10)


def test_code_that_fits_is_kept_whole() -> None:
    code = "```sh\nmake demo\nmake test\n```"
    assert split(f"Run these two commands:\n{code}\nThen ask.", 45) == (
        "Run these two commands:",
        f"{code}\nThen ask.",
    )


def test_code_that_does_not_fit_is_closed_and_opened_again() -> None:
    lines = [f"line number {n}" for n in range(6)]
    pieces = split("\n".join(["```py", *lines, "```"]), 50)
    assert len(pieces) > 1
    assert all(piece.startswith("```py\n") and piece.endswith("\n```") for piece in pieces)
    inner = [line for piece in pieces for line in piece.split("\n")[1:-1]]
    assert inner == lines


@pytest.mark.parametrize("blank", ["", " ", "\n\n", " \n\t"])
def test_n6_blank_text_is_never_posted(blank: str) -> None:
    assert split(blank * 50, 40) == ()


def test_a_limit_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="under 40"):
        split("text", 39)


prose = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="`~"), max_size=400)


def without_space(text: str) -> str:
    return "".join(text.split())


@given(prose, st.integers(40, 120))
def test_any_prose_arrives_whole_in_pieces_that_fit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(0 < len(piece) <= limit and piece.strip() for piece in pieces)
    assert without_space("".join(pieces)) == without_space(text)


@given(st.lists(prose | st.sampled_from(["```", "~~~~", "```python", "  ```", "````"])))
def test_any_mixture_of_code_fits_and_nothing_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    pieces = split(text, 60)
    assert all(0 < len(piece) <= 60 for piece in pieces)
    letters = without_space(text.replace("`", "").replace("~", "").replace("python", ""))
    found = without_space("".join(pieces).replace("`", "").replace("~", "").replace("python", ""))
    assert found == letters


@given(
    st.lists(st.sampled_from(["👩‍👩‍👧‍👦", "é", "🇩🇪", "नि", "a", "한"]), min_size=1, max_size=120)
)
def test_no_character_is_cut_in_two(characters: list[str]) -> None:
    text = "".join(characters)
    pieces = split(text, 40)
    found = [character for piece in pieces for character in regex.findall(r"\X", piece)]
    assert found == regex.findall(r"\X", text)
