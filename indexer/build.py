"""Builds an index from articles, embedding only what is new.

    articles, former index -> plan()    -> Plan      what stays, what is new          pure
    Plan, embedder         -> embed()   -> Index     in memory, ready to be searched
    Index                  -> publish() -> disk      written aside, then switched     indexer/builds.py

`build` does all three for the command line; the follower publishes after it has switched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

import indexer.cut
import indexer.split
import indexer.units
import knowledge.content
import knowledge.markdown.outline
import knowledge.markdown.parser
import knowledge.markdown.plain
import knowledge.slugs
from indexer.builds import IndexFolder
from indexer.serving import wanted
from indexer.split import split
from knowledge.content import Article, Passage
from knowledge.embedder import Embedder, Vectors
from knowledge.index import Index, IndexRefused

Progress = Callable[[int, int], None]
"""Told (done, total) in entries to embed; first (0, total), last (total, total)."""

_BATCH = 32
_RECIPE = (
    indexer.cut,
    indexer.split,
    indexer.units,
    knowledge.content,
    knowledge.markdown.outline,
    knowledge.markdown.parser,
    knowledge.markdown.plain,
    knowledge.slugs,
)
"""The modules that decide what an article's entries are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do: ids of articles, by what happens to them, and the entries to be.

    `rows[i]` is the row of the former index that holds the vector of `passages[i]`, or
    None when it must be embedded.
    """

    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    rows: tuple[int | None, ...]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    former: Index | None = None
    """The index whose vectors are taken; None when its embedder is another."""

    @property
    def to_embed(self) -> int:
        """How many entries must be embedded."""
        return sum(row is None for row in self.rows)

    @property
    def kept(self) -> int:
        """How many entries keep the vector they have."""
        return len(self.rows) - self.to_embed

    @property
    def is_empty(self) -> bool:
        """Whether the former index is already what this plan would build."""
        former = self.former
        return (
            former is not None
            and former.articles == self.articles
            and former.passages == self.passages
        )


def plan(
    articles: Sequence[Article],
    former: Index | None,
    *,
    embedder: str,
    unread: frozenset[str] = frozenset(),
) -> Plan:
    """What building these articles (each id once) would change. Reads and writes nothing.

    Articles of the former index that come from `unread` files (`Content.unread`) stay as
    they are there: they are broken now, not deleted.

    Vectors are taken from the former index by the hash of what they stand for, if it was
    made by the embedder of that name.
    """
    known = {article.id: article for article in former.articles} if former else {}
    target = wanted(articles, unread, tuple(known.values()))
    chosen = tuple(sorted(target.articles, key=lambda article: article.id))
    passages = tuple(_passages(chosen, known, former))
    base = former if former and former.embedder == embedder else None
    rows = {passage.hash: row for row, passage in enumerate(base.passages)} if base else {}
    ids = {article.id for article in chosen}
    return Plan(
        articles=chosen,
        passages=passages,
        rows=tuple(rows.get(passage.hash) for passage in passages),
        new=tuple(article.id for article in chosen if article.id not in known),
        changed=tuple(a.id for a in chosen if a.id in known and known[a.id] != a),
        removed=tuple(sorted(known.keys() - ids)),
        former=base,
    )


def _passages(
    articles: Sequence[Article], known: dict[str, Article], former: Index | None
) -> Iterator[Passage]:
    """The entries; an article that is as it was keeps its own, if they were made the same way."""
    trusted: dict[str, list[Passage]] = {}
    if former and former.version.endswith(_digest(former.articles, former.passages)):
        for passage in former.passages:
            trusted.setdefault(passage.article, []).append(passage)
    for article in articles:
        kept = trusted.get(article.id) if known.get(article.id) == article else None
        yield from kept or split(article)


def embed(work: Plan, embedder: Embedder, *, now: datetime, progress: Progress) -> Index:
    """The index of the plan, in memory; `now` becomes its time of building."""
    if work.is_empty and work.former:
        return work.former
    vectors = np.empty((len(work.passages), embedder.dimension), dtype=np.float32)
    missing = [place for place, row in enumerate(work.rows) if row is None]
    if work.former:
        kept = [(place, row) for place, row in enumerate(work.rows) if row is not None]
        if kept:
            places, rows = (list(part) for part in zip(*kept, strict=True))
            vectors[places] = work.former.vectors[rows]
    texts = _texts(work, missing)
    _embed_missing(vectors, missing, texts, embedder, progress)
    digest = _digest(work.articles, work.passages)
    version = f"{now:%Y%m%dT%H%M%S%f}-{digest}"
    return Index(version, embedder.name, now, work.articles, work.passages, vectors)


def _texts(work: Plan, places: Sequence[int]) -> list[str]:
    articles = {article.id: article for article in work.articles}
    entries = [work.passages[place] for place in places]
    return [
        knowledge.content.embedded_text(articles[e.article], e.kind, e.section, e.text)
        for e in entries
    ]


def _embed_missing(
    vectors: Vectors,
    places: Sequence[int],
    texts: Sequence[str],
    embedder: Embedder,
    progress: Progress,
) -> None:
    progress(0, len(places))
    for start in range(0, len(places), _BATCH):
        end = min(start + _BATCH, len(places))
        vectors[list(places[start:end])] = embedder.embed(texts[start:end])
        progress(end, len(places))


def build(
    articles: Sequence[Article],
    embedder: Embedder,
    folder: IndexFolder,
    *,
    now: datetime,
    progress: Progress,
    unread: frozenset[str] = frozenset(),
) -> tuple[Plan, Index]:
    """Bring the folder's current index up to these articles; writes nothing when it is already.

    `unread` as in `plan`. Raises BuildRunning when another process builds there. The former index stays current
    until the new one is whole.
    """
    with folder.building():
        former = former_index(folder)
        work = plan(articles, former, embedder=embedder.name, unread=unread)
        index = embed(work, embedder, now=now, progress=progress)
        if index is not work.former:
            folder.publish(index)
    return work, index


def former_index(folder: IndexFolder) -> Index | None:
    """The current index, or None when there is none that can be used: all is then built anew."""
    try:
        return folder.current()
    except IndexRefused:
        return None


def _digest(articles: Sequence[Article], passages: Sequence[Passage]) -> str:
    """Short name of this very content, split by this very code."""
    digest = hashlib.sha256(_recipe())
    for article in articles:
        digest.update(json.dumps(asdict(article), default=str).encode())
    for passage in passages:
        digest.update(f"{passage.id}\0{passage.hash}\0".encode())
    return digest.hexdigest()[:12]


def _recipe() -> bytes:
    """The code that makes entries, so that entries of other code are never taken for its own."""
    files = (module.__file__ for module in _RECIPE)
    return b"".join(Path(file).read_bytes() for file in files if file)
