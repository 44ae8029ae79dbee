"""Flows as a user meets them: the demo at the terminal, with the real model and the real index."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.responders.flow import FITS, NEAR
from config.new_desk import make_demo
from indexer.build import embed, plan
from indexer.sources import SOURCES, merged
from knowledge.search import Hit, HybridSearcher
from tests.answers_support import NOW
from tests.e2e.test_command_line import firstline
from tests.real_model import ROOT, real_embedder


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    real_embedder()
    folder = tmp_path_factory.mktemp("flows") / "demo"
    make_demo(folder)
    (folder / "var").mkdir()
    (folder / "var" / "models").symlink_to(ROOT / "var" / "models")
    return folder


def test_a_user_is_walked_through_with_a_question_in_between_and_a_correction(demo: Path) -> None:
    said = ["the bot does not answer in slack", "yes", "how do I write an article?", "in our channel",
            "no, I meant in a direct message", "invalid_auth", "still broken"]  # fmt: skip
    done = firstline("chat", "--desk", demo, stdin="\n".join(said) + "\n")
    assert done.returncode == 0, done.stderr
    places = [
        done.stdout.find(words)
        for words in (
            "Does `firstline serve` run right now?",
            "1) In a direct message",
            'Back to "The bot does not answer in Slack"',
            "/invite @Firstline",
            "I changed that to: In a direct message.",
            "Slack refuses the token.",
            "Your ticket is #1",
        )
    ]
    assert -1 not in places, done.stdout
    assert places == sorted(places)
    stats = firstline("flow", "stats", "slack-silent", "--desk", demo)
    assert "handed off: 1" in stats.stdout
    drawn = firstline("flow", "show", "slack-silent", "--desk", demo, "--svg", "--counts")
    assert drawn.stdout.startswith("<svg")


def test_a_flow_with_a_mistake_is_told_by_check(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    assert firstline("init", desk).returncode == 0
    flow = desk / "flows" / "broken.yaml"
    flow.write_text("title: t\ntriggers: [t]\nsteps:\n  a: {say: x, next: b}\n")
    done = firstline("check", "--desk", desk)
    assert done.returncode == 1
    assert f"{flow}:4: `next` of step `a` leads to `b`, which is no step" in done.stdout


@cache
def searched() -> HybridSearcher:
    knowledge = ROOT / "knowledge"
    content = merged(
        [
            SOURCES["markdown"](knowledge / "articles").read(),
            SOURCES["flows"](knowledge / "flows").read(),
        ]
    )
    work = plan(content.articles, None, embedder=real_embedder().name)
    index = embed(work, real_embedder(), now=NOW, progress=lambda *_: None)
    return HybridSearcher(index, real_embedder())


def best(question: str) -> Hit:
    return searched().search(question).hits[0]


MEANT = {
    "slack-silent": ["our slack bot does not react any more", "bot dead in slack"],
    "discord-silent": ["the discord bot appears offline", "bot in my discord does nothing"],
    "answer-wrong": ["guide me through fixing a bad answer"],
    "article-missing": ["the new article is invisible, walk me through it"],
    "slow-or-large": ["firstline takes so much RAM"],
    "request-access": ["can I have access to the console", "I want permissions for the articles"],
    "report-bug": ["I think I found a bug", "there is an error, I want to report it"],
    "reset-password": ["lost my console password", "agent login fails"],
}


@pytest.mark.parametrize(
    ("flow", "question"), [(f, q) for f, asked in MEANT.items() for q in asked]
)
def test_what_people_say_in_other_words_starts_the_flow(flow: str, question: str) -> None:
    hit = best(question)
    assert hit.article.id == f"flow:{flow}"
    assert hit.best.cosine >= FITS


def test_questions_that_articles_answer_start_no_flow() -> None:
    content = SOURCES["markdown"](ROOT / "knowledge" / "articles").read()
    asked = [(each.id, question) for each in content.articles for question in each.questions]
    taken = [
        (id, question)
        for id, question in asked
        if (hit := best(question)).article.sort == "flow" and hit.best.cosine >= NEAR
    ]
    assert len(asked) > 300
    assert len(taken) <= len(asked) // 100, taken
