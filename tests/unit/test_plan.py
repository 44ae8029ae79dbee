"""What a build would change, decided without reading or writing anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.build import Plan, embed, plan
from indexer.serving import gone, wanted
from knowledge.content import Article, embedded_text
from knowledge.index import Index
from tests.index_twins import NOW, HashedWords, article, quiet


def built(*articles: Article, embedder: HashedWords | None = None) -> Index:
    embedder = embedder or HashedWords()
    work = plan(articles, None, embedder=embedder.name)
    return embed(work, embedder, now=NOW, progress=quiet)


def planned(
    articles: list[Article], former: Index | None, embedder: str = "hashed-words-1"
) -> Plan:
    return plan(articles, former, embedder=embedder)


A, B, C = article("a", "One text."), article("b", "Two texts."), article("c", "Three texts.")


def test_the_first_build_embeds_everything():
    work = planned([B, A], None)
    assert (work.new, work.changed, work.removed) == (("a", "b"), (), ())
    assert (work.to_embed, work.kept) == (4, 0)
    assert not work.is_empty


def test_nothing_changed_is_an_empty_plan():
    work = planned([B, A], built(A, B))
    assert work.is_empty
    assert (work.new, work.changed, work.removed, work.to_embed) == ((), (), (), 0)


def test_an_empty_knowledge_base_needs_no_second_build():
    assert planned([], built()).is_empty


def test_only_what_is_new_is_embedded():
    edited = replace(B, body="Two texts, edited.")
    work = planned([A, edited, C], built(A, B, article("gone")))
    assert (work.new, work.changed, work.removed) == (("c",), ("b",), ("gone",))
    assert (work.to_embed, work.kept) == (3, 3)


def test_a_change_that_is_not_embedded_embeds_nothing():
    work = planned([replace(A, owner="Someone")], built(A))
    assert (work.changed, work.to_embed, work.is_empty) == (("a",), 0, False)


def test_another_embedder_starts_anew():
    work = planned([A], built(A), embedder="another-model")
    assert (work.to_embed, work.kept) == (2, 0)


def test_entries_of_other_code_are_not_trusted():
    index = built(A)
    stale = replace(index.passages[0], text="As another version split it.", hash="0" * 64)
    old = replace(index, version="20200101-0123456789ab", passages=(stale, *index.passages[1:]))
    work = planned([A], old)
    assert work.passages == index.passages
    assert (work.to_embed, work.kept) == (1, 1)


def test_articles_of_unread_files_stay_as_they_were():
    old = replace(A, path="a.md")
    work = plan([B], built(old, B), embedder="hashed-words-1", unread=frozenset({"a.md"}))
    assert work.is_empty


def test_the_index_holds_each_entrys_own_vector():
    embedder = HashedWords()
    former = built(A, B, embedder=embedder)
    embedder.embedded.clear()
    steps: list[tuple[int, int]] = []
    work = planned([replace(A, body="Else."), B], former)
    index = embed(work, embedder, now=NOW, progress=lambda done, total: steps.append((done, total)))
    assert len(embedder.embedded) == 1
    assert steps == [(0, 1), (1, 1)]
    articles = {each.id: each for each in index.articles}
    texts = [
        embedded_text(articles[entry.article], entry.kind, entry.section, entry.text)
        for entry in index.passages
    ]
    assert np.array_equal(index.vectors, HashedWords().embed(texts))
    assert index.version != former.version


bodies = st.dictionaries(st.sampled_from("abcdefg"), st.sampled_from(["One.", "Two.", "Three."]))


@given(bodies, bodies)
@settings(deadline=None)
def test_a_build_on_top_of_another_is_the_same_as_one_from_nothing(before, after):
    old = built(*(article(id, body) for id, body in before.items()))
    new = [article(id, body) for id, body in after.items()]
    work = planned(new, old)
    index = embed(work, HashedWords(), now=NOW, progress=quiet)
    fresh = built(*new)
    assert index.passages == fresh.passages
    assert index.articles == fresh.articles
    assert np.array_equal(index.vectors, fresh.vectors)
    assert set(work.new) == after.keys() - before.keys()
    assert set(work.removed) == before.keys() - after.keys()


# --- what is served while something is wrong


ON_DISK = [replace(each, path=f"kb/{each.id}.md") for each in (A, B, C)]


@pytest.mark.parametrize(
    ("read", "unread", "served", "hidden"),
    [
        ([0, 1, 2], set(), {"a", "b", "c"}, set()),
        ([0, 1], set(), {"a", "b"}, set()),
        ([0, 1], {"kb/c.md"}, {"a", "b", "c"}, set()),
        ([], {"kb"}, {"a", "b", "c"}, {"a", "b", "c"}),
        ([], {"other"}, set(), set()),
    ],
    ids=["all there", "deleted", "broken", "folder away", "another folder away"],
)
def test_what_is_served_while_something_is_wrong(read, unread, served, hidden):
    target = wanted([ON_DISK[place] for place in read], frozenset(unread), ON_DISK)
    assert {each.id for each in target.articles} == served
    assert target.hidden == hidden
    assert gone(target, ON_DISK) == ({"a", "b", "c"} - served) | hidden


def test_a_broken_article_whose_id_went_to_another_file_is_not_kept():
    moved = replace(A, path="kb/new.md", body="New.")
    target = wanted([moved], frozenset({"kb/a.md"}), ON_DISK[:1])
    assert target.articles == (moved,)
