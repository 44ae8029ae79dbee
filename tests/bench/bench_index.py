"""How fast articles become an index, and how soon an edit is answered from.

Run: python tests/bench/bench_index.py [ARTICLES.jsonl]

Without a file it writes articles of its own: as many passages, less varied words.
Figures are medians over RUNS (default 3) runs; the first build is made once.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from indexer.build import build, plan
from indexer.builds import IndexFolder
from indexer.follow import Follower
from indexer.sources import JsonLines, MarkdownFolder, Source, merged
from indexer.split import split
from knowledge.embedder import Embedder
from knowledge.embedders import open_embedder
from knowledge.index import Index
from knowledge.live import LiveKnowledge
from knowledge.search import HybridSearcher

RUNS = int(os.environ.get("RUNS", "3"))


def quiet(_done: int, _total: int) -> None:
    return None


def now() -> datetime:
    return datetime.now(UTC)


def own_articles(count: int) -> list[dict[str, str]]:
    draw = random.Random(1)
    words = [
        "".join(draw.choices("abcdefghiklmnoprstu", k=draw.randint(2, 10))) for _ in range(4000)
    ]

    def paragraph() -> str:
        return " ".join(draw.choices(words, k=70)).capitalize() + "."

    return [
        {
            "id": f"article-{number}",
            "title": " ".join(draw.choices(words, k=6)),
            "body": "\n\n".join(f"## {draw.choice(words)}\n\n{paragraph()}" for _ in range(7)),
        }
        for number in range(count)
    ]


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def median(run: Callable[[], object]) -> float:
    return statistics.median(timed(run) for _ in range(RUNS))


def folder_of(records: list[dict[str, str]], folder: Path) -> Path:
    folder.mkdir()
    for record in records:
        name = "".join(letter if letter.isalnum() else "-" for letter in record["id"])
        front = f"---\nid: {name}\ntitle: {json.dumps(record['title'])}\n---\n"
        (folder / f"{name}.md").write_text(front + record["body"], encoding="utf-8")
    return folder


def building(source: Source, builds: IndexFolder, embedder: Embedder) -> Callable[[], object]:
    def run() -> object:
        content = merged([source.read()])
        return build(content.articles, embedder, builds, now=now(), progress=quiet)

    return run


def edited(folder: Path, source: Source, builds: IndexFolder, embedder: Embedder) -> list[float]:
    """Seconds from saving an article until it is found, each time anew."""
    index = builds.current(embedder=embedder.name)
    served = threading.Event()

    def searcher(index: Index) -> HybridSearcher:
        return HybridSearcher(index, embedder)

    class Noticed(LiveKnowledge):
        def switch(self, *args: object, **values: object) -> None:
            super().switch(*args, **values)  # type: ignore[arg-type]
            served.set()

    live = Noticed(index, searcher(index))
    stop = threading.Event()
    follower = Follower([source], live, embedder, builds, searcher, now)
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    file = sorted(folder.glob("*.md"))[7]
    times = []
    for number in range(RUNS + 1):
        served.clear()
        began = time.perf_counter()
        file.write_text(file.read_text("utf-8") + f"\n\nThe quokka number {number} hums.\n")
        served.wait(30)
        assert "quokka" in live.search(f"quokka number {number}").hits[0].article.body
        times.append(time.perf_counter() - began)
        time.sleep(2)  # So that the next edit does not wait for this one to be written.
    stop.set()
    thread.join()
    return times[1:]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
        lines = given or place / "articles.jsonl"
        if given is None:
            lines.write_text("\n".join(json.dumps(record) for record in own_articles(435)))
        records = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
        measure(lines, records, place)


def measure(lines: Path, records: list[dict[str, str]], place: Path) -> None:
    embedder = open_embedder(cache=Path("var/models"), progress=print)
    builds, source = IndexFolder(place / "index"), JsonLines(lines)
    articles = source.read().articles
    print(f"articles              {len(articles)}")
    print(f"split seconds         {median(lambda: [split(article) for article in articles]):.2f}")
    print(f"plan seconds          {median(lambda: plan(articles, None, embedder='x')):.2f}")
    cpu = time.process_time()
    seconds = timed(building(source, builds, embedder))
    cpu = time.process_time() - cpu
    entries = len(builds.current().passages)
    print(f"first build           {seconds:.1f} s, {cpu:.1f} CPU s, {entries} entries")
    print(f"entries a CPU second  {entries / cpu:.0f}")
    print(f"unchanged build       {median(building(source, builds, embedder)):.2f} s")
    folder = folder_of(records, place / "articles")
    markdown = MarkdownFolder(folder)
    timed(building(markdown, builds, embedder))
    fresh = building(MarkdownFolder(folder), builds, embedder)
    print(f"unchanged, as files   {median(fresh):.2f} s")
    seconds_to_serve = edited(folder, markdown, builds, embedder)
    print(f"edit until answered   {', '.join(f'{each:.2f}' for each in seconds_to_serve)} s")
    next(iter(sorted(folder.glob("*.md")))).write_text("# Changed\n\nNew words here.")
    print(f"one changed article   {timed(building(markdown, builds, embedder)):.2f} s")


if __name__ == "__main__":
    main()
