"""An article's passages: nothing is lost, order is kept, sizes are bounded, Markdown stays Markdown."""

from __future__ import annotations

import re

import pytest

from indexer.split import split
from indexer.units import size
from knowledge.content import Article, Passage
from knowledge.markdown import blocks

WORDS = 30


def passages(body: str, words: int = WORDS, title: str = "Title") -> list[Passage]:
    entries = split(Article("a", title, body), words)
    return [entry for entry in entries if entry.kind == "passage"]


def texts(body: str, words: int = WORDS) -> list[str]:
    return [passage.text for passage in passages(body, words)]


def some_words(count: int, start: str = "word") -> str:
    return " ".join(f"{start}{number}" for number in range(count))


# --- what is kept together


def test_a_short_article_is_one_passage_as_it_was_written():
    body = "First **bold** line.\n\n- one\n- two"
    assert texts(body) == [body]


def test_headings_become_the_breadcrumb():
    body = "Top.\n\n## Setup\n\nA.\n\n### Linux\n\nB.\n\n## Use {#using}\n\nC."
    found = [(passage.section, passage.text) for passage in passages(body)]
    assert found == [
        ((), "Top."),
        (("Setup",), "A."),
        (("Setup", "Linux"), "B."),
        (("Use",), "C."),
    ]


def test_skipped_heading_levels_keep_the_breadcrumb_right():
    body = "# One\n\nA.\n\n#### Deep\n\nB.\n\n## Two\n\nC."
    assert [passage.section for passage in passages(body)] == [
        ("One",),
        ("One", "Deep"),
        ("One", "Two"),
    ]


def test_the_titles_own_heading_is_no_section():
    assert passages("# Title\n\nText.")[0].section == ()


def test_a_heading_over_nothing_is_not_lost():
    assert texts("## Known problems\n\n## Next\n\nText.") == ["Known problems", "Text."]


def test_paragraphs_gather_near_the_wanted_size():
    body = "\n\n".join(some_words(10, f"p{number}x") for number in range(12))
    assert [size(text) for text in texts(body)] == [30, 30, 30, 30]


def test_an_introduction_stays_with_its_list():
    body = (
        f"{some_words(28)}\n\nTo do this:\n\n1. {some_words(9, 'one')}\n2. {some_words(9, 'two')}"
    )
    assert texts(body)[1].startswith("To do this:\n\n1. one0")


def test_an_introduction_stays_with_the_beginning_of_a_huge_list():
    items = "\n".join(f"- {some_words(12, f'i{number}x')}" for number in range(9))
    first, *others = texts(f"Do this:\n\n{items}")
    assert first.startswith("Do this:\n\n- i0x0")
    assert all(text.startswith("- ") for text in others)


def test_a_bold_line_stays_with_what_it_names():
    body = f"{some_words(28)}\n\n**To remove it**\n\n{some_words(20, 'later')}"
    assert texts(body)[1].startswith("**To remove it**\n\nlater0")


# --- what is too large is cut at its own borders


def test_a_huge_numbered_list_keeps_the_numbers_a_reader_sees():
    body = "\n".join(f"1. {some_words(10, f'step{number}x')}" for number in range(12))
    numbers = [int(n) for text in texts(body) for n in re.findall(r"^(\d+)\.", text, re.M)]
    assert numbers == list(range(1, 13))


def test_loose_lists_as_exported_from_html_stay_lists():
    body = "\n\n".join(f"-  Item {number} {some_words(8)}" for number in range(8))
    for text in texts(body):
        assert [block.kind for block in blocks(text)] == ["list"]


def test_what_belongs_to_an_item_stays_inside_it():
    body = f"9. {some_words(20)}\n\n   ```\n   code\n   ```\n10. {some_words(25)}"
    first, second = texts(body)
    assert "9. word0" in first
    assert "   ```\n   code\n   ```" in first
    assert second.startswith("10. ")


def test_a_huge_item_keeps_its_marker_on_its_first_part():
    body = f"3. {some_words(40)}\n\n   {some_words(40, 'more')}"
    assert texts(body)[0].startswith("3. word0")
    assert not any(line.startswith("    ") for text in texts(body) for line in text.split("\n"))


def test_a_huge_table_repeats_its_header():
    rows = "\n".join(f"| name{number} | {some_words(6, f'r{number}x')} |" for number in range(18))
    found = texts(f"| Name | Meaning |\n|---|---|\n{rows}")
    assert len(found) > 2
    for text in found:
        assert text.startswith("| Name | Meaning |\n|---|---|\n| name")


def test_huge_code_stays_fenced():
    code = "\n".join(f"    line_{number} = value_{number}" for number in range(60))
    found = texts(f"````python\n{code}\n```\ninner\n````")
    assert len(found) > 2
    for text in found:
        assert [block.kind for block in blocks(text)] == ["fence"]
        assert text.startswith("````python\n")


def test_indented_code_stays_code():
    body = "\n".join(f"    setting{number} = {number}" for number in range(60))
    assert {block.kind for text in texts(body) for block in blocks(text)} == {"code"}


@pytest.mark.parametrize(
    ("opening", "closing", "indent"),
    [("::: warning Careful", "\n:::", ""), ('!!! note "Careful"', "", "    ")],
)
def test_a_huge_box_stays_a_box(opening, closing, indent):
    inner = "\n\n".join(indent + some_words(15, f"p{number}x") for number in range(6))
    found = texts(f"{opening}\n{inner}{closing}")
    assert len(found) > 2
    for text in found:
        assert [block.kind for block in blocks(text)] == ["box"]
        assert text.startswith(opening)


def test_a_huge_quote_stays_a_quote():
    body = "\n>\n".join(f"> {some_words(15, f'p{number}x')}" for number in range(6))
    for text in texts(body):
        assert [block.kind for block in blocks(text)] == ["quote"]


def test_a_huge_paragraph_is_cut_between_sentences():
    body = " ".join(f"{some_words(8, f's{number}x').capitalize()}." for number in range(15))
    for text in texts(body):
        assert text.startswith("S")
        assert text.endswith(".")


def test_a_sentence_end_inside_a_link_is_no_border():
    link = f"[{some_words(3)}. {some_words(3)}](https://example.com/a)"
    body = " ".join(f"{some_words(8)} {link}." for _ in range(6))
    for text in texts(body):
        assert text.count("[") == text.count("](https://example.com/a)") > 0


def test_reference_links_keep_their_targets():
    body = f"See [the guide][g].\n\n{some_words(44)}\n\n[Other] too.\n\n[g]: https://g.example\n[other]: /o 'x'"
    first, *_, last = texts(body)
    assert first.endswith("[g]: <https://g.example>")
    assert last.endswith("[other]: </o>")


def test_tables_of_contents_rules_and_comments_are_left_out():
    assert texts("Text.\n\n[[toc]]\n\n---\n\n<!-- for writers -->\n\nMore.") == ["Text.\n\nMore."]


# --- entries


def test_titles_and_questions_are_entries_of_their_own():
    found = split(Article("a", "Reset it", "Text.", questions=("How to reset?", "Reset?")))
    assert [(entry.id, entry.kind, entry.text, entry.position) for entry in found] == [
        ("a#0", "passage", "Text.", 0),
        ("a#title", "title", "Reset it", -1),
        ("a#question-1", "question", "How to reset?", -1),
        ("a#question-2", "question", "Reset?", -1),
    ]


def test_the_hash_changes_with_what_is_embedded_only():
    before, after = split(Article("a", "T", "One.")), split(Article("a", "T", "One.", owner="me"))
    edited = split(Article("a", "T", "Two."))
    assert [entry.hash for entry in before] == [entry.hash for entry in after]
    assert before[0].hash != edited[0].hash
    assert before[1].hash == edited[1].hash
