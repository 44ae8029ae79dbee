"""A desk whose articles are followed, and that a test can wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.build import build
from indexer.builds import IndexFolder
from indexer.follow import Follower
from indexer.sources import MarkdownFolder, Source
from knowledge.live import LiveKnowledge
from tests.index_twins import NOW, HashedWords, NearestVectors, quiet, write_article


class Seen(LiveKnowledge):
    """Live knowledge that a test can wait for."""

    def __init__(self, *args: object) -> None:
        self.changed = threading.Condition()
        self.looked = threading.Event()
        super().__init__(*args)  # type: ignore[arg-type]

    def switch(self, *args, **values) -> None:
        super().switch(*args, **values)
        self._tell()

    def withdraw(self, ids) -> None:
        super().withdraw(ids)
        self._tell()

    def report(self, problems) -> None:
        super().report(problems)
        self.looked.set()
        self._tell()

    def _tell(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def wait(self, condition: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=20), "it never came"

    def bodies(self) -> dict[str, str]:
        return {article.id: article.body for article in self.articles()}


class NoticedFolder(IndexFolder):
    """Builds of which a test can wait for the next."""

    published = threading.Event()

    def publish(self, index, **options) -> None:
        super().publish(index, **options)
        self.published.set()


class Desk:
    """A folder with two articles, indexed and served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "articles"
        self.folder.mkdir()
        write_article(self.folder, "password", "Reset it.")
        write_article(self.folder, "invoice", "Pay it.")
        self.embedder = HashedWords()
        self.builds = NoticedFolder(folder / "index")
        self.sources: list[Source] = [MarkdownFolder(self.folder)]
        self.start()

    def start(self) -> None:
        articles = [article for source in self.sources for article in source.read().articles]
        _, index = build(articles, self.embedder, self.builds, now=NOW, progress=quiet)
        self.live = Seen(index, NearestVectors(index, self.embedder))
        self.follower = Follower(
            self.sources,
            self.live,
            self.embedder,
            self.builds,
            lambda index: NearestVectors(index, self.embedder),
            lambda: NOW,
        )
        self.embedder.embedded.clear()

    @contextmanager
    def followed(self) -> Iterator[Seen]:
        stop = threading.Event()
        thread = threading.Thread(target=self.follower.run, args=(stop,))
        thread.start()
        assert self.live.looked.wait(20)
        try:
            yield self.live
        finally:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()
