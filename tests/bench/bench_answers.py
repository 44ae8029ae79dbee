"""How fast a question is answered, on indexes of several sizes, and what the process costs.

    python tests/bench/bench_answers.py [PASSAGES …]        default: 3000 100000

Articles are made up; the embedder, the search and the answer are the real ones. Vectors
of the made-up passages are drawn at random, so that 100,000 of them need not be embedded:
searching costs the same. One thread; medians over RUNS (default 3) runs of 300 questions.
Then, as processes of their own: `firstline ask` from cold, and `serve` with 3,000 passages.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.ask import Asking
from bot.wording import load_wording
from indexer.builds import IndexFolder
from knowledge.content import Article, Passage
from knowledge.embedder import Embedder
from knowledge.embedders import open_embedder
from knowledge.index import Index
from knowledge.live import LiveKnowledge
from knowledge.search import HybridSearcher

ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("RUNS", "3"))
QUESTIONS = 300
PROGRAM = [sys.executable, "-c", "from config.cli import main; main()"]
DRAW = random.Random(1)
OUR_ARTICLES = (ROOT / "knowledge" / "articles").glob("*.md")
WORDS = sorted(
    {w for file in OUR_ARTICLES for w in re.findall(r"[a-z]{2,}", file.read_text("utf-8"))}
)
"""Plain English, as people write: made-up words would cost the embedder three times as much."""


def words(count: int) -> str:
    return " ".join(DRAW.choices(WORDS, k=count))


def article(number: int) -> Article:
    body = "\n\n".join(f"## {words(5)}\n\n{words(100)}." for _ in range(6))
    return Article(f"article-{number}", words(5), body)


def entries_of(article: Article) -> list[Passage]:
    """As the splitter makes them, without the time it takes for 100,000."""
    _, *sections = article.body.split("## ")
    texts = [section.partition("\n\n") for section in sections]
    passages = [
        Passage(
            f"{article.id}#{n}",
            article.id,
            "passage",
            (head,),
            text.strip(),
            n,
            f"{article.id}-{n}",
        )
        for n, (head, _, text) in enumerate(texts)
    ]
    title = Passage(f"{article.id}#title", article.id, "title", (), article.title, -1, article.id)
    return [*passages, title]


def index_of(passages: int, model: Embedder) -> Index:
    articles = [article(number) for number in range(passages // 6)]
    entries = [entry for each in articles for entry in entries_of(each)]
    vectors = np.random.default_rng(1).normal(size=(len(entries), model.dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    now = datetime.now(UTC)
    return Index("bench", model.name, now, tuple(articles), tuple(entries), vectors.astype("f4"))


def answers(passages: int, model: Embedder) -> None:
    index = index_of(passages, model)
    how = Asking(LiveKnowledge(index, HybridSearcher(index, model)), load_wording("en"))
    p50s, p99s, cpus = zip(*(one_run(how) for _ in range(RUNS)), strict=True)
    print(
        f"{passages:>7} passages: answer p50 {statistics.median(p50s):.1f} ms, "
        f"p99 {statistics.median(p99s):.1f} ms, processor {statistics.median(cpus):.1f} ms"
    )


def one_run(how: Asking) -> tuple[float, float, float]:
    questions = [f"how do I {words(6)} {words(4)}?" for _ in range(QUESTIONS)]
    for question in questions[:20]:
        how.ask(question)
    cpu, times = time.process_time(), []
    for question in questions:
        began = time.perf_counter()
        how.ask(question)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    used = (time.process_time() - cpu) / QUESTIONS * 1000
    return times[QUESTIONS // 2], times[QUESTIONS * 99 // 100], used


def a_desk(folder: Path, passages: int) -> Path:
    """A desk with its articles written and its index published."""
    subprocess.run([*PROGRAM, "init", str(folder)], cwd=ROOT, check=True, capture_output=True)
    (folder / "var").mkdir()
    (folder / "var" / "models").symlink_to(ROOT / "var" / "models")
    articles = [article(number) for number in range(passages // 6)]
    lines = [{"id": a.id, "title": a.title, "body": a.body} for a in articles]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    settings = '[[sources]]\nkind = "jsonl"\npath = "articles.jsonl"\n'
    (folder / "firstline.toml").write_text(settings, "utf-8")
    subprocess.run(
        [*PROGRAM, "index", "--desk", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    assert IndexFolder(folder / "var" / "index").version
    return folder


def cold_ask(desk: Path) -> None:
    times = []
    for _ in range(RUNS + 2):
        began = time.perf_counter()
        done = subprocess.run(
            [*PROGRAM, "ask", "--desk", str(desk), "how do I do it?"],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        times.append(time.perf_counter() - began)
        assert done.stdout
    print(
        f"firstline ask from cold: median {statistics.median(times):.2f} s, best {min(times):.2f} s"
    )


def serve_memory(desk: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--desk", str(desk), "--port", "0"],
        stderr=subprocess.PIPE, text=True, cwd=ROOT,
    ) as server:  # fmt: skip
        assert server.stderr is not None
        address = next(
            m[0] for line in server.stderr if (m := re.search(r"http://[\d.]+:\d+", line))
        )
        for _ in range(50):
            body = json.dumps({"question": f"how do I {words(6)}?"}).encode()
            request = urllib.request.Request(  # noqa: S310  (our own server)
                f"{address}/api/v1/ask", body, {"content-type": "application/json"}
            )
            urllib.request.urlopen(request, timeout=10).read()  # noqa: S310
        resident = psutil.Process(server.pid).memory_info().rss / 2**20
        server.terminate()
    print(f"firstline serve, after 50 questions: {resident:.0f} MB resident")


def main() -> None:
    model = open_embedder(cache=ROOT / "var" / "models", progress=print)
    for passages in map(int, sys.argv[1:] or ("3000", "100000")):
        answers(passages, model)
    with tempfile.TemporaryDirectory() as aside:
        desk = a_desk(Path(aside) / "desk", 3000)
        cold_ask(desk)
        serve_memory(desk)


if __name__ == "__main__":
    main()
