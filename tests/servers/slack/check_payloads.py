"""Passes payloads of Slack's own, blank and filled, through our parsers: each is understood, or ignored
with a reason.

    python -m tests.servers.slack.check_payloads FOLDER

The samples of slackapi/java-slack-sdk on GitHub (`json-logs/samples/`) are such a folder; they are not
kept here. Ends with 1 when a payload raises, or is ignored without a reason.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from adapters.slack.interactions import parse_command, parse_interaction, unwrapped
from adapters.slack.messages import Ignored, Me, parse_event

ME = Me("U0BOT", "B0BOT", "T0TEAM")


def meaning(body: Any) -> str:
    """What a payload was taken for: its class, or `ignored: …`."""
    payload = unwrapped(body)
    if "event" in payload:
        parsed: object = parse_event(payload["event"], ME)
    elif payload.get("command") is not None and "type" not in payload:
        parsed = parse_command(payload)
    elif payload.get("type") == "app_rate_limited":
        return "noted: rate limited"
    else:
        parsed = parse_interaction(payload)
    if isinstance(parsed, Ignored):
        return f"ignored: {parsed.reason}"
    return type(parsed).__name__


def filled(value: Any) -> Any:
    """The samples are blank: the same with something in every text."""
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    return "1700000000.000100" if value == "" else value


def main(folder: Path) -> int:
    """Prints what became of each file; how many went wrong."""
    files = sorted(folder.rglob("*.json"))
    found: Counter[str] = Counter()
    wrong = 0
    for file in files:
        sample = json.loads(file.read_text("utf-8"))
        for payload in (sample, filled(sample)):
            try:
                told = meaning(payload)
            except Exception as error:  # noqa: BLE001 - every kind of failure is looked for
                told = f"RAISED {type(error).__name__}: {error}"
            wrong += told.startswith("RAISED") or told == "ignored: "
            found[told.partition(":")[0]] += 1
            print(f"{file.name}: {told}")
    print(f"{len(files)} payloads: {dict(found)}")
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
