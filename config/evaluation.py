"""Measures answers over a folder of questions, by the very code that answers users."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ask import Asking
from config.problems import SettingsRefused
from config.settings import FILE, Settings, load
from config.wiring import Place, asking, embedder, now, searcher
from indexer.build import embed, plan
from indexer.measure import Decision, Report, peak_mb, report, run
from indexer.questions import read_queries
from indexer.sources import SOURCES, Source
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
        place = Place(desk or Path(aside), settings)
        model = embedder(place, say)
        index, seconds = built(articles_of(folder), model, say, indexing)
    how = asking(place, LiveKnowledge(index, searcher(place, model)(index)))
    outcomes = run(
        queries, search=how.search, decide=deciding(how), clock=time.perf_counter, progress=asked
    )
    passages = sum(passage.kind == "passage" for passage in index.passages)
    return report(outcomes, passages=passages, index_seconds=seconds, peak_mb=peak_mb())
