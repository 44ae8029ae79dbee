"""What every source keeps to, whatever it reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.sources import SOURCES, Source
from knowledge.content import Article

Written = Mapping[str, str]
"""Articles as a test writes them: title -> text."""


def write_folder(place: Path, articles: Written) -> None:
    place.mkdir(exist_ok=True)
    for file in place.iterdir():
        file.unlink()
    for title, text in articles.items():
        (place / f"{title.lower()}.md").write_text(f"# {title}\n\n{text}", encoding="utf-8")


def write_lines(place: Path, articles: Written) -> None:
    lines = [
        {"id": title.lower(), "title": title, "body": text} for title, text in articles.items()
    ]
    place.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")


def write_sheet(place: Path, articles: Written) -> None:
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("question", "answer"), *articles.items()])


def write_flows(place: Path, articles: Written) -> None:
    place.mkdir(exist_ok=True)
    for file in place.iterdir():
        file.unlink()
    for number, (title, text) in enumerate(articles.items()):
        steps = {"only": {"end": text}} if text else {}
        flow = {"title": title, "triggers": [title], "steps": steps}
        (place / f"flow-{number}.yaml").write_text(json.dumps(flow), encoding="utf-8")


def body(article: Article) -> str:
    return article.body


def only_step(flow: Article) -> str:
    return str(json.loads(flow.body)["steps"]["only"]["end"])


@dataclass(frozen=True)
class Kind:
    name: str
    place: str
    write: Callable[[Path, Written], None]
    file: str
    said: Callable[[Article], str] = body


KINDS = [
    Kind("markdown", "articles", write_folder, "articles/broken.md"),
    Kind("markdown_site", "articles", write_folder, "articles/broken.md"),
    Kind("jsonl", "articles.jsonl", write_lines, "articles.jsonl"),
    Kind("faq", "faq.csv", write_sheet, "faq.csv"),
    Kind("flows", "flows", write_flows, "flows/broken.yaml", only_step),
]
ARTICLES = {"Account": "Text, with a comma.", "Bücher": "Zwei\n\nAbsätze “so”.", "Crash": "c"}


def test_every_registered_source_is_held_to_this_contract():
    assert {kind.name for kind in KINDS} == set(SOURCES)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request) -> Kind:
    return request.param


@pytest.fixture
def source(kind: Kind, tmp_path: Path) -> Source:
    return SOURCES[kind.name](tmp_path / kind.place)


def test_it_gives_what_was_written(kind, source):
    kind.write(source.path, ARTICLES)
    content = source.read()
    assert {article.title: kind.said(article) for article in content.articles} == ARTICLES
    assert content.problems == ()
    assert content.unread == frozenset()


def test_ids_are_there_and_differ(kind, source):
    kind.write(source.path, ARTICLES)
    ids = [article.id for article in source.read().articles]
    assert all(ids)
    assert len(set(ids)) == len(ARTICLES)


def test_the_same_content_gives_the_same_again(kind, source):
    kind.write(source.path, ARTICLES)
    assert source.read() == source.read() == SOURCES[kind.name](source.path).read()


def test_articles_name_the_file_they_come_from(kind, source, tmp_path):
    kind.write(source.path, ARTICLES)
    for article in source.read().articles:
        assert Path(article.path).is_relative_to(tmp_path)
        assert Path(article.path).is_file()


def test_an_edit_and_a_deletion_are_seen(kind, source):
    kind.write(source.path, ARTICLES)
    source.read()
    kind.write(source.path, {"Account": "New."})
    assert [(article.title, kind.said(article)) for article in source.read().articles] == [
        ("Account", "New.")
    ]


def test_a_place_that_is_not_there_is_a_problem(source):
    content = source.read()
    assert content.articles == ()
    (problem,) = content.problems
    assert problem.path == str(source.path)
    assert problem.what
    assert problem.do
    assert content.unread == {str(source.path)}


@pytest.mark.parametrize(
    "data",
    ["Grüße".encode("latin-1"), b"\x89PNG\0\0\r\n", b"\xff\xfe#\0"],
    ids=["latin", "png", "16"],
)
def test_what_is_no_utf8_text_is_a_problem_with_its_line(kind, source, tmp_path, data):
    kind.write(source.path, {})
    file = tmp_path / kind.file
    file.write_bytes(b"first line\n" + data)
    content = source.read()
    (problem,) = content.problems
    assert (problem.path, problem.line) == (str(file), 2)
    assert "UTF-8" in problem.what + problem.do
    assert content.unread == {str(file)}


def test_a_byte_order_mark_is_no_part_of_the_text(kind, source, tmp_path):
    kind.write(source.path, {"Account": "Text."})
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert [article.title for article in source.read().articles] == ["Account"]


def test_a_file_that_may_not_be_read_is_a_problem(kind, source, tmp_path):
    kind.write(source.path, {})
    file = tmp_path / kind.file
    file.unlink(missing_ok=True)
    # A link to nowhere fails for every user, root too.
    file.symlink_to(file.with_name("nowhere"))
    content = source.read()
    assert [problem.path for problem in content.problems] == [str(file)]
    assert content.unread == {str(file)}


def test_an_article_without_text_is_a_problem_and_the_others_are_given(kind, source):
    kind.write(source.path, {**ARTICLES, "Empty": ""})
    content = source.read()
    assert {article.title for article in content.articles} == set(ARTICLES)
    (problem,) = content.problems
    assert problem.path in content.unread


def test_relative_paths_work(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kind.write(Path(kind.place), ARTICLES)
    content = SOURCES[kind.name](Path(kind.place)).read()
    assert len(content.articles) == len(ARTICLES)
    assert not any(Path(article.path).is_absolute() for article in content.articles)
