"""A long post is taken apart: prose, error lines, pasted output; nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.question import prepare

TRACE = """Worker stops after the upgrade
Since yesterday my worker stops when it opens the index. What can I do?

```
2026-11-24 10:00:01 INFO starting thread pool
2026-11-24 10:00:02 INFO reading firstline.toml
Traceback (most recent call last):
  File "/srv/app/worker.py", line 12, in main
    serve(index)
IndexRefused: vectors.npy is damaged
```"""


def test_a_plain_question_is_taken_as_it_is() -> None:
    prepared = prepare("How do I reset my password?")
    assert prepared.text == "How do I reset my password?"
    assert prepared.subject == ""
    assert prepared.words == ("reset", "password")
    assert prepared.names == prepared.exact == ()


def test_prose_comes_first_then_the_error_then_the_rest() -> None:
    text = prepare(TRACE).text
    order = ["What can I do?", "vectors.npy is damaged", "starting thread pool"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_the_first_line_of_a_post_is_its_subject() -> None:
    assert prepare(TRACE).subject == "Worker stops after the upgrade"
    assert prepare("word " * 40 + "\nsecond line").subject == ""


def test_exact_strings_are_found_in_pasted_output_too() -> None:
    assert {"vectors.npy", "firstline.toml"} <= set(prepare(TRACE).exact)


def test_words_of_the_program_are_not_the_askers() -> None:
    words = prepare(TRACE).words
    assert "damaged" in words
    assert "pool" not in words


def test_output_alone_is_the_question() -> None:
    prepared = prepare("2026-11-24 10:00:01 ERROR disk sda1 is full")
    assert "disk" in prepared.words
    assert "disk sda1 is full" in prepared.text


@pytest.mark.parametrize("code", ["0x80070005", "ERR_CONNECTION_RESET", "search.words_weight"])
def test_codes_count_fully_in_a_short_question_and_less_in_a_long_one(code: str) -> None:
    short, long = prepare(f"what is {code}"), prepare(f"{code} " + "some more words here " * 40)
    assert code.lower() in short.exact
    assert short.focus == 1
    varied = prepare(code + " " + " ".join(f"word{chr(97 + n)}x" for n in range(26)))
    assert varied.focus < 0.5
    assert code.lower() in long.exact


@given(st.text())
def test_no_line_is_lost_whatever_is_asked(question: str) -> None:
    prepared = prepare(question)
    assert sorted(prepared.text.split("\n")) == sorted(question.splitlines() or [""])
    assert set(prepared.exact) <= set(prepared.names)


def test_a_megabyte_in_one_line_is_taken() -> None:
    assert prepare("x" * 1_000_000).words == ("x" * 1_000_000,)
