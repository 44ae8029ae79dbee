"""Texts fall into words so that language is found loosely and exact strings exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.keywords import Keywords, is_code, parts, singular, tokens, wholes


@pytest.mark.parametrize(
    ("text", "whole", "pieces"),
    [
        ("Fehler 0x80070005!", "0x80070005", ["0x80070005"]),
        ("(ERR_CONNECTION_RESET)", "err_connection_reset", ["err", "connection", "reset"]),
        ("edit firstline.toml.", "firstline.toml", ["firstline", "toml"]),
        ("`search.words_weight` =", "search.words_weight", ["search", "word", "weight"]),
        ("open C:/temp/a1.dll now", "c:/temp/a1.dll", ["temp", "a1", "dll"]),
        ("a NullPointerException", "nullpointerexception", ["null", "pointer", "exception"]),
        ("0x8007000E", "0x8007000e", ["0x8007000e"]),
    ],
)
def test_an_exact_string_is_a_word_and_so_are_its_parts(
    text: str, whole: str, pieces: list[str]
) -> None:
    found = tokens(text)
    assert whole in found
    assert set(pieces) <= set(found)


def test_stop_words_and_punctuation_are_no_words() -> None:
    assert parts("How can I restart it, please?!") == ["restart"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("windows", "window"),
        ("entries", "entry"),
        ("boxes", "box"),
        ("crashes", "crash"),
        ("passes", "pass"),
        ("address", "address"),
        ("status", "status"),
        ("this", "this"),
        ("gas", "gas"),
        ("größes", "größes"),
    ],
)
def test_a_plural_counts_as_its_singular(word: str, expected: str) -> None:
    assert singular(word) == expected


@pytest.mark.parametrize(
    "name", ["0x80070005", "err_connection_reset", "firstline.toml", "search.words_weight", "e10s"]
)
def test_codes_files_and_settings_are_exact(name: str) -> None:
    assert is_code(name)


@pytest.mark.parametrize(
    "name", ["64-bit", "and/or", "i.e", "69.0.3", "support.example.com", "4/7/20", "add-on", "f1"]
)
def test_what_people_write_in_passing_is_not(name: str) -> None:
    assert not is_code(name)


@given(st.text())
def test_any_text_has_words_in_lower_case_without_spaces(text: str) -> None:
    for token in tokens(text):
        assert token
        assert token == token.lower()
        assert not any(character.isspace() for character in token)


def test_data_is_no_word() -> None:
    assert wholes("a" * 200 + "_" + "b" * 200) == []


def test_scores_are_the_sum_over_known_words_and_rare_ones_count_more() -> None:
    keywords = Keywords.build(["red car", "red bus", "red red boat"], [0, 0, 1], 2)

    boat = keywords.entries.scores(keywords.known(["boat", "submarine"]))
    both = keywords.entries.scores(keywords.known(["red", "boat"]))
    red = keywords.entries.scores(keywords.known(["red"]))

    assert boat[2] > red[2] > 0
    assert boat[0] == boat[1] == 0
    np.testing.assert_allclose(both, boat + red, rtol=1e-6)
    assert keywords.articles.scores(keywords.known(["boat"]))[0] == 0


def test_an_index_without_a_word_has_no_scores() -> None:
    keywords = Keywords.build(["?!", ""], [0, 0], 1)
    assert keywords.known(["word"]) == []
    assert keywords.entries.scores([]).tolist() == [0, 0]
    assert Keywords.build([], [], 0).entries.scores([]).tolist() == []
