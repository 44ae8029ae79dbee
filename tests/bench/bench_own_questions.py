"""Do our own articles answer their own questions? The questions are not indexed for this run.

python tests/bench/bench_own_questions.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from indexer.sources import MarkdownFolder

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from config.cli import main; main()"]


def main() -> None:
    articles = MarkdownFolder(ROOT / "knowledge" / "articles").read().articles
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside)
        bodies = [{"id": a.id, "title": a.title, "body": a.body} for a in articles]
        asked = [
            {"id": f"{a.id}-{number}", "text": question, "gold": [a.id], "in_scope": True}
            for a in articles
            for number, question in enumerate(a.questions)
        ]
        for name, rows in (("articles.jsonl", bodies), ("queries.jsonl", asked)):
            (folder / name).write_text("\n".join(map(json.dumps, rows)), "utf-8")
        subprocess.run([*PROGRAM, "evaluate", str(folder)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
