"""Answer, ask back, or abstain."""

from dataclasses import replace

import pytest

from bot.answers import ARTICLE, Answer, Thresholds, decide
from bot.channel import Source
from bot.confidence import IN_SCOPE, RIGHT, Weights, signs
from bot.wording import load_wording
from knowledge.content import Article
from knowledge.search import Hit, Hits
from tests.answers_support import hit

SAY = load_wording()
PORT = Article("port", "Change the port", "Set the port in the settings.", url="/port")
BACKUP = Article("backup", "Make a backup", "Copy the database to make a backup.", url="/backup")
ALWAYS = Thresholds(in_scope=0.0, answer=0.0, sure=0.0)
NEVER = Thresholds(in_scope=0.0, answer=1.1)


def found(*hits: Hit, question: str = "change the port", unknown: float = 0.0) -> Hits:
    return Hits(question, hits, "index-1", unknown)


def decided(hits: Hits, thresholds: Thresholds) -> Answer:
    return decide(hits, thresholds, SAY)


def test_a_sure_first_article_is_quoted_with_its_source() -> None:
    answer = decided(found(hit(PORT), hit(BACKUP, 0.5)), ALWAYS)
    assert answer.outcome == "answer"
    assert answer.text == "Set the port in the settings.\n\n" + SAY("source", number=1)
    assert answer.sources == (Source(1, "Change the port", "", "/port"),)
    assert answer.articles == ("port",)
    assert answer.index == "index-1"
    assert answer.passages[0] == ("port#title", 0.8)


def test_one_that_is_only_likely_is_said_to_be_only_likely() -> None:
    answer = decided(found(hit(PORT)), replace(ALWAYS, sure=1.1))
    assert answer.text.startswith(SAY("likely"))


def test_near_topics_are_offered_as_choices_when_unsure() -> None:
    answer = decided(found(hit(PORT), hit(BACKUP, 0.75)), NEVER)
    assert answer.outcome == "ask_back"
    assert [(c.id, c.label) for c in answer.choices] == [
        (ARTICLE + "port", "Change the port"),
        (ARTICLE + "backup", "Make a backup"),
    ]
    assert answer.sources == ()


def test_never_more_than_three_topics_and_only_near_ones() -> None:
    hits = [hit(replace(PORT, id=str(n), title=f"Port {n}"), 0.8 - n / 100) for n in range(5)]
    assert len(decided(found(*hits), NEVER).choices) == 3
    far = decided(found(hit(PORT, 0.8), hit(BACKUP, 0.1)), NEVER)
    assert far.outcome == "abstain", "one topic is no choice"


def test_topics_that_look_the_same_are_offered_once() -> None:
    twin = replace(PORT, id="twin")
    answer = decided(found(hit(PORT), hit(twin), hit(BACKUP)), NEVER)
    assert [c.id for c in answer.choices] == [ARTICLE + "port", ARTICLE + "backup"]


def test_two_that_look_the_same_are_no_choice_and_the_first_is_quoted() -> None:
    answer = decided(found(hit(PORT), hit(replace(PORT, id="twin"))), NEVER)
    assert answer.outcome == "answer"
    assert answer.articles == ("port",)


def test_topics_of_one_title_are_told_apart_by_their_section() -> None:
    mac = replace(PORT, id="mac", body="## On a Mac\n\nOpen it.")
    windows = replace(PORT, id="win", body="## On Windows\n\nOpen it.")
    answer = decided(found(hit(mac), hit(windows)), NEVER)
    assert [c.label for c in answer.choices] == [
        "Change the port (On a Mac)",
        "Change the port (On Windows)",
    ]


def test_what_is_out_of_scope_is_not_answered_however_the_rest_looks() -> None:
    answer = decided(found(hit(PORT)), Thresholds(in_scope=1.1, answer=0.0))
    assert answer.outcome == "abstain"
    assert answer.text == SAY("abstain")
    assert answer.sources == answer.choices == ()
    assert "in scope" in answer.reason


def test_no_hit_is_an_abstention() -> None:
    assert decided(found(), ALWAYS).outcome == "abstain"


def test_an_article_of_pictures_is_not_quoted() -> None:
    pictures = replace(PORT, body="![how](how.png)")
    assert decided(found(hit(pictures)), ALWAYS).outcome == "abstain"


def test_a_second_source_is_named_when_it_speaks_of_what_the_first_does_not() -> None:
    question = "change the port and make a backup of the database"
    both = decided(found(hit(PORT, 0.8), hit(BACKUP, 0.79), question=question), ALWAYS)
    assert [source.number for source in both.sources] == [1, 2]
    assert SAY("also", number=2) in both.text
    assert both.articles == ("port", "backup")
    one = decided(found(hit(PORT, 0.8), hit(BACKUP, 0.79)), ALWAYS)
    assert len(one.sources) == 1


def test_the_link_of_a_source_is_asked_of_the_desk() -> None:
    answer = decide(found(hit(PORT)), ALWAYS, SAY, link=lambda article: f"/help/{article.id}")
    assert answer.sources[0].url == "/help/port"


def test_the_same_hits_give_the_same_answer() -> None:
    hits = found(hit(PORT), hit(BACKUP, 0.75))
    assert decided(hits, Thresholds()) == decided(hits, Thresholds())


def test_nothing_in_the_hits_is_unfit_for_the_confidence() -> None:
    seen = signs(found(hit(PORT, 0.9), hit(BACKUP, 0.2)))
    assert seen.margin == pytest.approx(0.7)
    assert seen.covered == 1.0
    assert signs(found(hit(PORT), question="")).covered == 0.0


def test_better_signs_mean_more_confidence() -> None:
    strong = signs(found(hit(PORT, 0.9), hit(BACKUP, 0.4)))
    weak = signs(found(hit(PORT, 0.2), hit(BACKUP, 0.19), question="bake bread", unknown=1.0))
    for model in (RIGHT, IN_SCOPE):
        assert 0 < model.probability(weak) < model.probability(strong) < 1


def test_a_probability_is_one_whatever_the_signs() -> None:
    huge = Weights((1e9,) * 8, -1e9)
    for value in (-1e9, 0.0, 1e9):
        seen = replace(signs(found(hit(PORT))), score=value)
        assert 0 <= huge.probability(seen) <= 1
