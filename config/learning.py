"""Learning categories from past tickets or a file, and keeping them with the desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from bot.desk import open_for_reading
from bot.records import Records
from config.team_rules import CATEGORIES
from config.ticket_examples import Example, read_examples, text_of
from config.wiring import Place, database_url, now
from knowledge.categories import Learned, learn, write
from knowledge.embedder import Embedder

AT_MOST = 20_000
"""Examples learned from; of more, the last ones."""
AT_ONCE = 64
Count = Callable[[int, int], None]


def learn_from(
    place: Place, model: Embedder, file: Path | None, count: Count, *, keep: bool
) -> tuple[Learned, list[str]]:
    """How well it went, and the categories that no routing rule names.

    Raises CategoriesRefused for examples that nothing can be learned from.
    """
    examples = (read_examples(file) if file else solved(place))[-AT_MOST:]
    vectors = np.zeros((len(examples), model.dimension), np.float32)
    for start in range(0, len(examples), AT_ONCE):
        part = examples[start : start + AT_ONCE]
        vectors[start : start + len(part)] = model.embed([each.text for each in part])
        count(start + len(part), len(examples))
    labels = [each.category for each in examples]
    wanted = place.settings.categories.precision
    found, learned = learn(vectors, labels, embedder=model.name, wanted=wanted)
    if keep:
        write(place.var / CATEGORIES, found, learned, now())
    named = {name for rule in place.settings.routing for name in rule.categories}
    return learned, [name for name in found.names if name not in named]


def solved(place: Place) -> list[Example]:
    """The desk's solved and closed tickets: what was asked, and the queue that solved it."""
    database = open_for_reading(database_url(place))
    try:
        return [
            Example(text_of(subject, problem), queue)
            for subject, problem, queue in Records(database).solved()
            if subject or problem
        ]
    finally:
        database.close()
