"""An article's front matter and body: what is taken, and what is said about mistakes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.content import Article, Problem
from knowledge.reading import read_article

PATH = "articles/reset.md"


def read(text: str, *, foreign: bool = False) -> tuple[Article | None, list[Problem]]:
    return read_article(text, PATH, id="reset", foreign=foreign)


def test_a_full_front_matter_is_read():
    text = """---
id: reset-password
title: Reset a password
questions:
  - I forgot my password
  - "How: do I reset it?"
tags: [account, login]
audience: agents
owner: Accounts
reviewed: 2026-11-02
---
Press **Forgot**.
"""
    assert read(text) == (
        Article(
            id="reset-password",
            title="Reset a password",
            body="Press **Forgot**.",
            questions=("I forgot my password", "How: do I reset it?"),
            tags=("account", "login"),
            audience="agents",
            owner="Accounts",
            reviewed=date(2026, 11, 2),
            path=PATH,
        ),
        [],
    )


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# Reset *it*\n\nText.", "Reset it", "Text."),
        ("Reset it\n========\n\nText.", "Reset it", "Text."),
        ("Hello.\n\n# Reset it\n\nText.", "Reset it", "Hello.\n\n\nText."),
        ("---\ntitle: Reset\n---\n# Reset\n\nText.", "Reset", "Text."),
        ("---\ntitle: Reset\n---\n# Other\n\nText.", "Reset", "# Other\n\nText."),
        ("## Reset it\n\nText.", "Reset it", "Text."),
        ("\ufeff# Reset it\r\n\r\nText.\r\n".removeprefix("\ufeff"), "Reset it", "Text."),
    ],
)
def test_the_title_and_its_own_heading(text, title, body):
    article, problems = read(text)
    assert article is not None
    assert (article.id, article.title, article.body, problems) == ("reset", title, body, [])


@pytest.mark.parametrize(
    ("front", "line", "what", "do"),
    [
        ("titel: A", 3, "Unknown key `titel`", "Did you mean `title`?"),
        ("category: A", 3, "Unknown key `category`", "Known are: id, title"),
        ("reviewed: soon", 3, "`reviewed` is no date: soon", "2026-11-02"),
        ("reviewed: 2026-13-45", 3, "`reviewed` is no date: 2026-13-45", "2026-11-02"),
        ("tags: account", 3, "`tags` must be a list", "- text"),
        ("questions:\n  - {a: b}", 3, "`questions` must be a list", "- text"),
        ("owner: [a, b]", 3, "`owner` must be one text", "owner: some words"),
    ],
)
def test_a_small_mistake_is_named_and_the_article_still_serves(front, line, what, do):
    article, problems = read(f"---\ntitle: Reset\n{front}\n---\nText.")
    assert article is not None
    (problem,) = problems
    assert (problem.path, problem.line) == (PATH, line)
    assert what in problem.what
    assert do in problem.do


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("---\ntitle: a\nb: [c\n---\nText.", 4, "The front matter cannot be read"),
        ("---\ntitle: a: b\n---\nText.", 2, "The front matter cannot be read"),
        ("---\n- a\n---\nText.", 2, "no list of `key: value` lines"),
        ("---\ntitle: a\ntitle: b\n---\nText.", 3, "`title` stands there twice"),
        ("---\ntitle: !!python/object:os.system {}\n---\nText.", 2, "cannot be read"),
        ("Text without a title.", 0, "no title"),
        ("---\ntitle: a\n---\n\n<!-- later -->\n", 3, "no text"),
        ("", 0, "no title"),
        ("---\nid: a/b\ntitle: a\n---\nText.", 2, "`a/b` cannot be an id"),
    ],
)
def test_what_cannot_be_served_is_a_problem_with_its_line(text, line, what):
    article, problems = read(text)
    assert article is None
    found = {(problem.line, what in problem.what) for problem in problems}
    assert (line, True) in found
    assert all(problem.do for problem in problems)


def test_another_programs_front_matter_is_no_mistake():
    text = "---\nsidebarDepth: 2\ntags:\n  - crash\nid: 7\ndate: 2020-01-01\naudience: [x]\n---\n# Title\n\nText."
    article, problems = read(text, foreign=True)
    assert problems == []
    assert article is not None
    assert (article.id, article.title, article.tags) == ("reset", "Title", ("crash",))


def test_a_rule_at_the_top_is_no_front_matter():
    article, _ = read("---\n\n# Title\n\nText.")
    assert article is not None
    assert article.title == "Title"


@given(st.text(max_size=300), st.booleans())
def test_no_text_makes_the_reader_fail(text, foreign):
    text = text.encode("utf-8", "replace").decode()
    for source in (text, f"---\n{text}\n---\nBody."):
        article, problems = read(source, foreign=foreign)
        assert article is not None or problems
