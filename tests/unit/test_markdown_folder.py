"""A folder of Markdown: ids, links, other programs' sites, and files that are no articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.check import check
from indexer.sources import JsonLines, MarkdownFolder
from knowledge.content import Problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    place.mkdir()
    return place


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, *, foreign: bool = False) -> list[Problem]:
    return list(MarkdownFolder(folder, foreign=foreign).read().problems)


def test_files_are_read_in_the_order_of_their_paths(folder):
    for name in ("b.md", "a/c.md", "a.markdown", "a/.hidden.md", ".git/x.md", "notes.txt", "d.MD"):
        write(folder, name, "# T\n\nText.")
    read = MarkdownFolder(folder).read()
    assert [Path(a.path).relative_to(folder).as_posix() for a in read.articles] == [
        "a/c.md",
        "a.markdown",
        "b.md",
        "d.MD",
    ]


def test_of_two_articles_with_one_id_both_files_are_named(folder):
    first = write(folder, "a.md", "---\nid: same\n---\n# A\n\nText.")
    second = write(folder, "b.md", "---\nid: same\n---\n# B\n\nText.")
    content = MarkdownFolder(folder).read()
    assert [article.title for article in content.articles] == ["A"]
    (problem,) = content.problems
    assert problem.path == str(second)
    assert str(first) in problem.what
    assert content.unread == {str(second)}


def test_of_two_sources_with_one_id_both_files_are_named(folder, tmp_path):
    write(folder, "a.md", "# A\n\nText.")
    lines = write(tmp_path, "more.jsonl", '{"id": "a", "title": "B", "body": "Text."}')
    (problem,) = check([MarkdownFolder(folder), JsonLines(lines)])
    assert problem.path == str(lines)
    assert str(folder / "a.md") in problem.what


def test_links_between_articles_are_checked(folder):
    write(folder, "sub/target.md", "# Target\n\n## First steps\n\nText.\n\n## Own {#mine}\n\nText.")
    write(
        folder,
        "a.md",
        """---
title: A
---
[fine](sub/target.md) [fine](sub/target.md#first-steps) [fine](/sub/target.md#mine)
[fine](#here) [fine](https://x.example/a.md) [fine](mailto:a@x.example) [fine](//x.example/y.md)
[fine](picture.png) `[fine](no.md)`

[gone](gone.md)

- [no heading](sub/target.md#last-steps)
- [outside](../../etc.md)

## Here

[no heading](#there)
""",
    )
    found = [(p.line, p.what) for p in problems(folder)]
    assert [line for line, _ in found] == [8, 10, 11, 15]
    assert "`gone.md` leads to no article" in found[0][1]
    assert "leads to no heading of" in found[1][1]
    assert "#first-steps" in problems(folder)[1].do


def test_a_broken_link_does_not_keep_an_article_from_serving(folder):
    write(folder, "a.md", "# A\n\n[gone](gone.md)")
    content = MarkdownFolder(folder).read()
    assert len(content.articles) == len(content.problems) == 1
    assert content.unread == frozenset()


def test_a_link_is_mended_by_the_article_it_names(folder):
    write(folder, "a.md", "# A\n\n[b](b.md)")
    source = MarkdownFolder(folder)
    assert len(source.read().problems) == 1
    write(folder, "b.md", "# B\n\nText.")
    assert source.read().problems == ()
    (folder / "b.md").unlink()
    assert len(source.read().problems) == 1


VUEPRESS = """---
  sidebarDepth: 2
  tags:
  - screen
  - black
---

# The screen stays black

[[toc]]

::: warning Please note
If sound is missing too, read [this](/audio/nosound.html#codecs) first.
:::

## Check the cable <Badge text="new"/>

<video autoplay loop muted src="/cable.mp4"></video>

* [Settings](settings)
* [Home](/)
* [Codecs](../audio/nosound)
"""
DOCUSAURUS = """---
sidebar_position: 3
slug: /start
keywords: [a, b]
---
# Start

:::tip[My tip]

Use **this**.

:::

import Tabs from '@theme/Tabs';
"""
MKDOCS = """---
hide:
  - navigation
---
# Set up

!!! note "Mind the gap"

    Inside.

??? question "Folded"
    Also inside.
"""


def test_other_programs_sites_are_read_without_complaint(folder):
    write(folder, "screen/black.md", VUEPRESS)
    write(folder, "screen/settings.md", DOCUSAURUS)
    write(folder, "audio/nosound.md", MKDOCS)
    write(folder, "README.md", "# Home\n\nText.")
    content = MarkdownFolder(folder, foreign=True).read()
    assert content.problems == ()
    assert [(a.id, a.title, a.tags) for a in content.articles] == [
        ("README", "Home", ()),
        ("audio-nosound", "Set up", ()),
        ("screen-black", "The screen stays black", ("screen", "black")),
        ("screen-settings", "Start", ()),
    ]


def test_other_programs_sites_still_have_broken_links(folder):
    write(folder, "a.md", "# A\n\n[gone](/no/such.html) and [gone](such)")
    assert [problem.line for problem in problems(folder, foreign=True)] == [3, 3]


def test_a_file_outside_the_folder_is_not_read(folder, tmp_path):
    secret = write(tmp_path, "secret.md", "# Secret\n\nText.")
    (folder / "link.md").symlink_to(secret)
    write(folder, "..data/a.md", "# A\n\nText.")
    (folder / "inside.md").symlink_to(folder / "..data" / "a.md")
    content = MarkdownFolder(folder).read()
    assert [article.title for article in content.articles] == ["A"]
    assert "outside" in content.problems[0].what


def test_a_file_that_is_too_large_is_a_problem(folder):
    write(folder, "log.md", "# Log\n\n" + "word " * 200_001)
    (problem,) = problems(folder)
    assert "1,000,000" in problem.what


def test_a_folder_in_place_of_a_file_is_no_failure(folder):
    (folder / "odd.md").mkdir()
    write(folder, "odd.md/a.md", "# A\n\nText.")
    assert [article.id for article in MarkdownFolder(folder).read().articles] == ["a"]
