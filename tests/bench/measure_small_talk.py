"""How well small talk is told from questions: recall by intent, and false alarms on real questions.

    python tests/bench/measure_small_talk.py --intents FILE.jsonl [--questions FILE.jsonl…]

The FILE of intents holds {text, intent}; only the intents named below are small talk. Each file of
questions holds {text, title?, in_scope?}; of these every recognised intent is a false alarm.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from bot.intents import Intents
from bot.wording import load_wording
from knowledge.embedders import open_embedder

MEANT = {
    "human_handoff": {"human"},
    "greet": {"greet", "how_are_you"},
    "thank": {"thanks"},
    "bye": {"bye"},
    "affirm": {"affirm", "solved", "praise"},
    "deny": {"deny", "not_helped"},
    "react_positive": {"praise", "solved", "thanks"},
    "react_negative": {"upset", "not_helped"},
    "canthelp": {"not_helped", "upset"},
    "restart": {"restart"},
    "need_help_broad": {"help"},
    "chitchat/ask_isbot": {"bot"},
    "chitchat/ask_ishuman": {"bot"},
    "chitchat/ask_howdoing": {"how_are_you"},
    "chitchat/ask_whatspossible": {"help"},
}


def read(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def recall(intents: Intents, path: Path) -> None:
    texts: dict[str, list[str]] = defaultdict(list)
    for line in read(path):
        texts[line["intent"]].append(line["text"])
    for intent, meant in MEANT.items():
        found = [intents.understand(text).intent for text in texts[intent]]
        share = sum(each in meant for each in found) / max(len(found), 1)
        print(f"{intent}: {share:.2f} of {len(found)} {dict(Counter(found).most_common(4))}")


def alarms(intents: Intents, path: Path) -> None:
    for field in ("text", "title"):
        texts = [line[field] for line in read(path) if field in line and line.get("in_scope", True)]
        heard = [(each, text) for text in texts if (each := intents.understand(text).intent)]
        if texts:
            print(f"{path} {field}: {len(heard)} false alarms of {len(texts)} {heard[:6]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--intents", type=Path, required=True)
    parser.add_argument("--questions", nargs="*", type=Path, default=[])
    parser.add_argument("--model-cache", type=Path, default=Path("var/models"))
    chosen = parser.parse_args()
    embedder = open_embedder(cache=chosen.model_cache, progress=print)
    intents = Intents(load_wording().phrasings(), embedder)
    recall(intents, chosen.intents)
    for path in chosen.questions:
        alarms(intents, path)


if __name__ == "__main__":
    main()
