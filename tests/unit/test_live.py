"""The knowledge that is served: switched whole, withdrawn at once."""

from __future__ import annotations

import threading

import pytest

from indexer.build import embed, plan
from knowledge.content import Article, Problem
from knowledge.index import Index
from knowledge.live import LiveKnowledge
from tests.index_twins import NOW, HashedWords, NearestVectors, article, quiet

EMBEDDER = HashedWords()


def index(*articles: Article) -> Index:
    work = plan(articles, None, embedder=EMBEDDER.name)
    return embed(work, EMBEDDER, now=NOW, progress=quiet)


def live(*articles: Article) -> LiveKnowledge:
    made = index(*articles)
    return LiveKnowledge(made, NearestVectors(made, EMBEDDER))


def ids(knowledge: LiveKnowledge, question: str = "password", limit: int = 10) -> list[str]:
    return [hit.article.id for hit in knowledge.search(question, limit=limit).hits]


ARTICLES = [
    article("z", "Reset the password.", title="About"),
    article("a", "Change the colour.", title="zebra"),
    article("s", "Staff password.", audience="agents"),
]


def test_only_what_the_audience_may_read_is_found_and_shown():
    knowledge = live(*ARTICLES)
    assert ids(knowledge) == ["z", "a"]
    assert knowledge.article("s") is None
    assert [each.id for each in knowledge.articles()] == ["z", "a"]


def test_a_withdrawn_article_is_gone_everywhere_at_once():
    knowledge = live(*ARTICLES)
    knowledge.withdraw(["z", "never there"])
    assert ids(knowledge) == ["a"]
    assert ids(knowledge, limit=1) == ["a"]
    assert knowledge.article("z") is None
    assert [each.id for each in knowledge.articles()] == ["a"]
    assert knowledge.state.articles == 2


def test_a_switch_serves_the_new_index_whole():
    knowledge = live(*ARTICLES)
    knowledge.withdraw(["z"])
    new = index(article("z", "Reset the password."), article("n", "New."))
    knowledge.switch(new, NearestVectors(new, EMBEDDER), withdrawn=["n"])
    assert ids(knowledge) == ["z"]
    assert knowledge.state.version == new.version == knowledge.search("x").index


def test_the_state_counts_and_reports():
    knowledge = live(*ARTICLES)
    problem = Problem("a.md", 3, "Wrong", "Mend it.")
    knowledge.report([problem])
    state = knowledge.state
    assert (state.articles, state.passages, state.problems) == (3, 3, (problem,))
    knowledge.report([])
    assert knowledge.state.problems == ()


class WithdrawnMeanwhile(NearestVectors):
    """A searcher during whose search the article is deleted."""

    knowledge: LiveKnowledge

    def search(self, question, *, limit=10, audiences=frozenset({"public"})):
        found = super().search(question, limit=limit, audiences=audiences)
        self.knowledge.withdraw(["z"])
        return found


def test_what_is_withdrawn_while_a_search_runs_is_not_in_its_hits():
    made = index(*ARTICLES)
    searcher = WithdrawnMeanwhile(made, EMBEDDER)
    knowledge = searcher.knowledge = LiveKnowledge(made, searcher)
    assert ids(knowledge) == ["a"]


@pytest.mark.slow
def test_readers_always_see_one_whole_state_while_it_is_switched():
    first, second = index(article("one", "Password.")), index(article("two", "Password."))
    knowledge = LiveKnowledge(first, NearestVectors(first, EMBEDDER))
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            found = knowledge.search("password")
            expected = {first.version: ["one"], second.version: ["two"]}[found.index]
            if [hit.article.id for hit in found.hits] not in (expected, []):
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(150):
        knowledge.switch(second, NearestVectors(second, EMBEDDER))
        knowledge.withdraw(["two"])
        knowledge.switch(first, NearestVectors(first, EMBEDDER))
    stop.set()
    for reader in readers:
        reader.join(10)
    assert wrong == []


def test_one_question_is_searched_for_once_and_never_gives_what_was_withdrawn_since() -> None:
    embedder = HashedWords()
    made = index(article("toner", "Toner is a powder."), article("ink", "Ink is a liquid."))
    knowledge = LiveKnowledge(made, NearestVectors(made, embedder))
    assert ids(knowledge, "what is toner") == ids(knowledge, "what is toner")
    assert len(embedder.embedded) == 1
    knowledge.withdraw(["toner"])
    assert "toner" not in ids(knowledge, "what is toner")
    knowledge.switch(made, NearestVectors(made, embedder))
    assert "toner" in ids(knowledge, "what is toner")
