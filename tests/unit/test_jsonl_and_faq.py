"""JSON lines and FAQ sheets: what their writers get wrong, and how sheets differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.sources import Content, FaqSheet, JsonLines


def lines(tmp_path: Path, *rows: object) -> Content:
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), "utf-8")
    return JsonLines(file).read()


def sheet(tmp_path: Path, text: str) -> Content:
    file = tmp_path / "faq.csv"
    file.write_bytes(text.encode())
    return FaqSheet(file).read()


GOOD = {"id": "a", "title": "A", "body": "Text."}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("{", "The line is no JSON"),
        ("[1]", "no JSON object"),
        ('{"id": "b"' + "[" * 100_000, "The line is no JSON"),
        ({"title": "A", "body": "Text."}, "no `id`"),
        ({"id": "b", "title": " ", "body": "Text."}, "no `title`"),
        ({"id": "b", "title": "B"}, "no `body`"),
        ({"id": "b", "title": "B", "body": ["x"]}, "`body` must be a text"),
        ({"id": "b", "title": "B", "body": "<!-- -->"}, "no text"),
        ({"id": "b", "title": "B", "body": "x", "tags": "y"}, "`tags` must be a list"),
        ({"id": "b", "title": "B", "body": "x" * 1_000_000}, "larger than 1,000,000"),
        ({"id": "a", "title": "B", "body": "Text."}, "The id `a` is taken by line 1"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path, row, what):
    content = lines(tmp_path, GOOD, row, {**GOOD, "id": "z"})
    assert [article.id for article in content.articles] == ["a", "z"]
    (problem,) = content.problems
    assert problem.line == 2
    assert what in problem.what
    assert problem.do


def test_lines_may_carry_more_than_is_read(tmp_path):
    row = {**GOOD, "id": 7, "url": "https://x.example", "summary": "s", "questions": ["A?", "A?"]}
    (article,) = lines(tmp_path, "", row).articles
    assert (article.id, article.url, article.questions) == ("7", "https://x.example", ("A?",))


def test_broken_unicode_cannot_get_in(tmp_path):
    (article,) = lines(tmp_path, '{"id": "a", "title": "\\ud800", "body": "x\\u0000y"}').articles
    assert (article.title, article.body) == ("\ufffd", "x\ufffdy")


@pytest.mark.parametrize(
    "text",
    [
        "question,answer\nHow?,So.\n",
        "Question;Answer\r\nHow?;So.\r\n",
        "\ufeff Questions \tANSWERS\nHow?\tSo.",
        "id,Frage,Antwort\n,How?,So.",
        "nr;category;answer;question\n1;;So.;How?",
        'question,answer\n"How?","So."\n,\n',
    ],
)
def test_sheets_of_many_makes_are_understood(tmp_path, text):
    content = sheet(tmp_path, text)
    assert content.problems == ()
    (article,) = content.articles
    assert (article.id, article.title, article.body) == ("how", "How?", "So.")


def test_an_answer_is_markdown_over_several_lines(tmp_path):
    (article,) = sheet(tmp_path, 'question,answer\nHow?,"Do:\n\n1. a\n2. ""b"""').articles
    assert article.body == 'Do:\n\n1. a\n2. "b"'


@pytest.mark.parametrize(
    "text",
    [
        'question,answer\n"How?\nIn what way?",So.',
        "question,answer\nHow? | In what way?,So.",
        "question,answer\nHow?; In what way?,So.",
        "question,answer\nHow?,So.\nIn what way?,So.",
        "question,answer\nHow?,So.\nIn what way?,So.\nHow?,So.",
    ],
)
def test_phrasings_of_one_answer_become_its_questions(tmp_path, text):
    (article,) = sheet(tmp_path, text).articles
    assert (article.title, article.questions) == ("How?", ("In what way?",))


def test_a_semicolon_inside_one_question_parts_nothing(tmp_path):
    (article,) = sheet(tmp_path, "question,answer\nI wait; what now?,So.").articles
    assert article.title == "I wait; what now?"


def test_rows_that_lack_something_are_named_with_their_line(tmp_path):
    content = sheet(tmp_path, 'question,answer\n"a\nb?",So.\nHow?,\n,Alone.\nshort\n')
    assert [article.title for article in content.articles] == ["a"]
    assert [(p.line, p.what) for p in content.problems] == [
        (4, "The row has no answer"),
        (5, "The row has no question"),
        (6, "The row has no answer"),
    ]


def test_one_question_with_two_answers_is_a_problem_that_names_both_rows(tmp_path):
    content = sheet(tmp_path, "question,answer\nHow?,So.\nHow?,Thus.")
    assert [article.body for article in content.articles] == ["So."]
    (problem,) = content.problems
    assert (problem.line, "line 2" in problem.what) == (3, True)


@pytest.mark.parametrize("text", ["", "How?,So.\nWhy?,Because.", "question\nHow?"])
def test_a_sheet_without_a_header_is_a_problem_that_shows_one(tmp_path, text):
    content = sheet(tmp_path, text)
    (problem,) = content.problems
    assert (problem.line, "question,answer" in problem.do) == (1, True)


def test_a_quote_that_never_closes_is_a_problem(tmp_path):
    content = sheet(tmp_path, 'question,answer\nHow?,"' + "x" * 200_000)
    (problem,) = content.problems
    assert "cannot be read" in problem.what


def test_long_and_foreign_questions_get_ids_that_stay(tmp_path):
    text = f"question,answer\n{'why ' * 40}?,So.\n???,Hm.\n如何重置？,好。"
    first, second = sheet(tmp_path, text).articles, sheet(tmp_path, text).articles
    assert [article.id for article in first] == [article.id for article in second]
    assert all(0 < len(article.id) <= 60 for article in first)
    assert first[2].id == "如何重置"
