"""Measures answers over a folder of questions, by the very code that answers users."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ask import Asking
from bot.confidence import in_scope
from config.problems import SettingsRefused
from config.settings import Settings, load
from config.wiring import Place, asking, embedder, now, searcher
from indexer.build import embed, plan
from indexer.measure import Decision, Report, peak_mb, report, run
from indexer.questions import read_queries, with_known_gold
from indexer.sources import SOURCES
from knowledge.content import Article
from knowledge.embedder import Embedder
from knowledge.index import Index
from knowledge.live import LiveKnowledge
from knowledge.search import Hits

Say = Callable[[str], None]
Count = Callable[[int, int], None]


def measure(
    folder: Path,
    field: str,
    checked: bool,
    desk: Path | None,
    say: Say,
    indexing: Count,
    asked: Count,
) -> Report:
    """Index the folder's articles, ask its questions, report. Raises QuestionsRefused, SettingsRefused.

    `desk` gives the settings (the defaults without one) and its prepared model; it is not
    written to, and nothing stays behind.
    """
    queries = read_queries(folder, field=field, checked=checked)
    settings = load(desk) if desk else Settings()
    with TemporaryDirectory() as aside:
        place = Place(Path(aside), settings)
        if desk and (prepared := Place(desk, settings).models).is_dir():
            shutil.copytree(prepared, place.models)
        model = embedder(place, say)
    articles = articles_of(folder, say)
    queries, strangers = with_known_gold(queries, {article.id for article in articles})
    for name in strangers:
        say(f"No article has the id {name}: questions that name it count as not found.")
    index, seconds = built(articles, model, indexing)
    how = asking(place, LiveKnowledge(index, searcher(place, model)(index)))
    outcomes = run(
        queries, search=how.search, decide=deciding(how), clock=time.perf_counter, progress=asked
    )
    passages = sum(passage.kind == "passage" for passage in index.passages)
    return report(outcomes, passages=passages, index_seconds=seconds, peak_mb=peak_mb())


def articles_of(folder: Path, say: Say) -> tuple[Article, ...]:
    """The folder's articles. Raises SettingsRefused when there are none."""
    for name, kind in (("articles.jsonl", "jsonl"), ("articles", "markdown_site")):
        if (folder / name).exists():
            content = SOURCES[kind](folder / name).read()
            for problem in content.problems:
                say(str(problem))
            return content.articles
    raise SettingsRefused(f"{folder} has neither articles.jsonl nor a folder articles/.")


def built(articles: tuple[Article, ...], model: Embedder, count: Count) -> tuple[Index, float]:
    """An index in memory, and the seconds it took."""
    began = time.perf_counter()
    index = embed(plan(articles, None, embedder=model.name), model, now=now(), progress=count)
    return index, time.perf_counter() - began


def deciding(how: Asking) -> Callable[[Hits], Decision]:
    """What is made of the hits, with the articles that an answer cites."""

    def decide(hits: Hits) -> Decision:
        answer = how.answer(hits)
        return Decision(answer.outcome, in_scope(hits), answer.articles)

    return decide
