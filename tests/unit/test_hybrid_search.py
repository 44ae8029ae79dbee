"""Search over an index in memory: words and vectors together, who may see what, copies, odd questions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.split import split
from knowledge.content import Article, embedded_text
from knowledge.embedder import Vectors
from knowledge.index import Index, load, write
from knowledge.keywords import parts
from knowledge.search import HybridSearcher, Weights

WHEN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@cache
def direction(word: str) -> Vectors:
    seed = int.from_bytes(sha256(word.encode("utf-8", "replace")).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=96).astype(np.float32)


class BagOfWords:
    """An embedder without a model: each plain word is a direction, so related texts are near."""

    name = "bag-of-words"
    dimension = 96

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in parts(text):
                row += direction(word)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def index_of(*articles: Article) -> Index:
    embedder = BagOfWords()
    passages = tuple(passage for article in articles for passage in split(article))
    known = {article.id: article for article in articles}
    texts = [embedded_text(known[p.article], p.kind, p.section, p.text) for p in passages]
    return Index("v1", embedder.name, WHEN, articles, passages, embedder.embed(texts))


def searcher(*articles: Article, weights: Weights | None = None) -> HybridSearcher:
    return HybridSearcher(index_of(*articles), BagOfWords(), weights)


ROUTER = Article("router", "Restart the router", "Pull the plug and wait for a minute.")
CACHE = Article("cache", "Clear the cache", "Open the settings and press the button.")
STAFF = Article("staff", "Restart the server", "Only people of the desk do this.", audience="staff")


def ids(searcher: HybridSearcher, question: str, **options: object) -> list[str]:
    return [hit.article.id for hit in searcher.search(question, **options).hits]  # type: ignore[arg-type]


def test_the_article_that_is_asked_for_comes_first() -> None:
    found = searcher(ROUTER, CACHE).search("how do I clear the cache")
    assert [hit.article.id for hit in found.hits] == ["cache", "router"]
    assert (found.question, found.index) == ("how do I clear the cache", "v1")
    best = found.hits[0]
    assert best.best.passage.article == "cache"
    assert [p.passage.kind for p in best.passages] == ["passage"]
    assert best.score > found.hits[1].score


def many_passages(count: int) -> list[Article]:
    words = [
        "error",
        "code",
        "shown",
        "window",
        "update",
        "server",
        "network",
        "page",
        "setting",
        "file",
        "reset",
        "cause",
    ]
    chance = random.Random(7)
    articles = []
    for n in range(count // 5):
        sections = [
            f"## Part {k}\n\nWhat the error code 0x8007{n:04d}{k} means: "
            + " ".join(chance.choices(words, k=40))
            for k in range(5)
        ]
        articles.append(Article(f"a{n}", f"Error codes, page {n}", "\n\n".join(sections)))
    return articles


@pytest.fixture(scope="module")
def thousands() -> HybridSearcher:
    articles = many_passages(4000)
    for place, exact in enumerate(EXACT):
        old = articles[place * 31]
        articles[place * 31] = Article(old.id, old.title, f"{old.body}\n\n## More\n\nSee {exact}.")
    return searcher(*articles)


EXACT = [
    "0x80070005",
    "ERR_CONNECTION_RESET",
    "firstline.toml",
    "search.words_weight",
    "vcl140.dll",
]


@pytest.mark.parametrize(("place", "exact"), list(enumerate(EXACT)))
@pytest.mark.parametrize(
    "question",
    [
        "{}",
        "what does the error code {} in the window mean?",
        "After the update my network page shows an error.\nWhat is the cause, {}?",
    ],
)
def test_an_exact_string_in_one_passage_among_thousands_comes_first(
    thousands: HybridSearcher, place: int, exact: str, question: str
) -> None:
    for written in (exact, exact.lower()):
        first = thousands.search(question.format(written)).hits[0]
        assert first.article.id == f"a{place * 31}"
        assert exact in first.best.passage.text


def test_only_what_an_audience_may_read_is_found() -> None:
    both = searcher(ROUTER, CACHE, STAFF)
    assert "staff" not in ids(both, "restart the server")
    assert ids(both, "restart the server", audiences=frozenset({"public", "staff"}))[0] == "staff"
    assert ids(both, "restart the server", audiences=frozenset({"staff"})) == ["staff"]
    assert ids(both, "restart the server", audiences=frozenset()) == []


def test_what_may_not_be_read_changes_no_score() -> None:
    """The scaling of words must not let a hidden article show through the scores of others."""
    without = searcher(ROUTER, CACHE).search("restart the cache")
    hidden = Article("h", "Unseen", "Nothing that was asked.", audience="staff")
    with_hidden = searcher(ROUTER, CACHE, hidden).search("restart the cache")
    assert [h.article.id for h in with_hidden.hits] == [h.article.id for h in without.hits]


def test_few_allowed_among_many_are_all_found() -> None:
    crowd = [Article(f"p{n}", f"Restart {n}", "Restart the server now.") for n in range(300)]
    assert ids(searcher(*crowd, STAFF), "restart", audiences=frozenset({"staff"})) == ["staff"]


def test_l5_two_hundred_copies_are_one_hit_and_hide_nobody() -> None:
    text = "Restart the server by the switch on its back, then wait until the lamp is green. " * 9
    copies = [Article(f"copy{n}", f"Restart, copy {n}", text) for n in range(200)]
    found = ids(searcher(*copies, ROUTER, CACHE), "how to restart the server")
    assert len([id for id in found if id.startswith("copy")]) == 1
    assert {"router", "cache"} <= set(found)


def test_pages_that_differ_by_a_code_are_no_copies() -> None:
    pages = [
        Article(code, "Error", f"The error {code} is shown when the disk is full. " * 8)
        for code in ("0x80070001", "0x80070002")
    ]
    assert set(ids(searcher(*pages), "error disk full")) == {"0x80070001", "0x80070002"}


def test_a_question_of_an_article_leads_to_it() -> None:
    asked = Article("c2", "Storage", "Press it.", questions=("why is everything so slow",))
    hit = searcher(ROUTER, CACHE, asked).search("everything is slow, why?").hits[0]
    assert hit.article.id == "c2"
    assert hit.best.passage.kind == "question"
    assert all(p.passage.kind == "passage" for p in hit.passages)


def test_unknown_words_are_told() -> None:
    found = searcher(ROUTER, CACHE)
    assert found.search("restart the router").unknown_words == 0
    assert found.search("restart the zeppelin").unknown_words == 0.5
    assert found.search("the").unknown_words == 0


def test_no_more_than_the_limit() -> None:
    assert len(ids(searcher(ROUTER, CACHE), "restart", limit=1)) == 1


@pytest.mark.parametrize(
    "question", ["", " \n", "\0", "\ud800", "😀", "؟كيف", "x" * 1_000_000, "' % _"]
)
def test_any_question_is_answered_with_hits(question: str) -> None:
    assert len(ids(searcher(ROUTER, CACHE), question)) == 2


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_hits_are_in_order_and_each_article_once(question: str) -> None:
    hits = SMALL.search(question).hits
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert len({h.article.id for h in hits}) == len(hits) == 2
    for hit in hits:
        assert hit.best.score == max(hit.best.score, *(p.score for p in hit.passages))
        assert all(0 <= p.words <= 1 and -1.001 <= p.cosine <= 1.001 for p in hit.passages)


SMALL = searcher(ROUTER, CACHE)


def test_an_index_of_nothing_finds_nothing() -> None:
    empty = Index("v0", "bag-of-words", WHEN, (), (), np.zeros((0, 96), np.float32))
    assert HybridSearcher(empty, BagOfWords()).search("anything").hits == ()


def test_a_stored_index_finds_the_same(tmp_path: Path) -> None:
    index = index_of(*many_passages(200), ROUTER, CACHE)
    write(index, tmp_path / "index")
    stored = HybridSearcher(load(tmp_path / "index"), BagOfWords())
    for question in ("restart the router", "what is 0x800700031", "error page"):
        assert stored.search(question) == HybridSearcher(index, BagOfWords()).search(question)


def test_inverted_lists_find_what_exact_search_finds() -> None:
    articles = many_passages(2000)
    exact, lists = searcher(*articles), searcher(*articles, weights=Weights(exact_up_to=100))
    for question in ("error code 0x800700421 in a window", "what is 0x800703994"):
        assert ids(lists, question)[0] == ids(exact, question)[0]


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", "%", "_", '"', "*", "NEAR/3", "a AND (", "-- ;", "\\"]
)
def test_s21_characters_of_query_languages_are_only_characters(text: str) -> None:
    found = searcher(ROUTER, CACHE)
    assert ids(found, f"restart the router {text}")[0] == "router"
    found.search(text)
