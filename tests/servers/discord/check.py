"""Holds the test server, and what our adapter asks of it, against Discord's own description.

    python -m tests.servers.discord.check path/to/openapi.json

Plays every Discord test of tests/e2e and validates each request and each answer that the
description covers. The description is discord/discord-api-spec on GitHub; it is not kept here.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.discord_support import Ears, Shop
from tests.e2e import (
    test_discord_connection,
    test_discord_conversations,
    test_discord_deliveries,
    test_discord_presses,
)
from tests.servers.discord.discord_server import DiscordServer
from tests.servers.discord.exchange import Exchange

MODULES = (
    test_discord_conversations,
    test_discord_presses,
    test_discord_connection,
    test_discord_deliveries,
)


class Description:
    """Discord's OpenAPI document, asked for single calls."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        by_literals = sorted(document["paths"], key=lambda path: path.count("{"))
        self.paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path) for path in by_literals
        ]
        self._validators: dict[str, Any] = {}

    def operation(self, exchange: Exchange) -> tuple[str, dict[str, Any] | None]:
        """The path in the document, and what it says of the method; None when it is silent."""
        for pattern, path in self.paths:
            if pattern.match(exchange.path):
                return path, self.document["paths"][path].get(exchange.method.lower())
        return exchange.path, None

    def faults(self, exchange: Exchange) -> Iterator[str]:
        """What is wrong with one call and its answer."""
        path, operation = self.operation(exchange)
        if operation is None or exchange.status >= 500:
            return  # an outage is described nowhere
        name = f"{exchange.method} {path}"
        asked = json_schema(operation.get("requestBody"))
        if asked and exchange.asked is not None and exchange.status < 400:
            yield from self.errors(f"{name} asked", asked, with_text_ids(exchange.asked))
        answers = operation["responses"]
        answer = answers.get(str(exchange.status)) or answers.get(f"{exchange.status // 100}XX")
        if answer is None:
            yield f"{name}: answers {exchange.status}, which is not described"
        elif schema := json_schema(self.resolved(answer)):
            yield from self.errors(f"{name} {exchange.status}", schema, exchange.answered)

    def resolved(self, answer: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in answer:
            return answer
        found: Any = self.document
        for step in answer["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)

    def errors(self, name: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        for error in self._validators[key].iter_errors(value):
            yield f"{name}: at {'/'.join(map(str, error.instance_path))}: {error.message[:300]}"


def with_text_ids(value: Any) -> Any:
    """discord.py writes some ids as numbers; Discord takes both, its description only text."""
    if isinstance(value, dict):
        return {key: with_text_ids(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_text_ids(each) for each in value]
    return str(value) if type(value) is int and value > 1 << 53 else value


def json_schema(described: dict[str, Any] | None) -> dict[str, Any] | None:
    content = (described or {}).get("content", {})
    return content.get("application/json", {}).get("schema")  # type: ignore[no-any-return]


async def exchanges() -> list[Exchange]:
    """All calls of all tests that need nothing but a shop."""
    found: list[Exchange] = []
    for module in MODULES:
        for name, test in inspect.getmembers(module, inspect.iscoroutinefunction):
            if name.startswith("test_") and list(inspect.signature(test).parameters) == ["shop"]:
                async with DiscordServer() as discord:
                    await test(Shop(discord, Ears(discord)))
                    found += discord.rest.exchanges
    return found


def main() -> int:
    """Prints what was checked and what is wrong; 1 when something is."""
    description = Description(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    played = asyncio.run(exchanges())
    covered: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for exchange in played:
        path, operation = description.operation(exchange)
        known = "" if operation else " (not described)"
        covered[f"{exchange.method} {path} {exchange.status}{known}"] += 1
        faults.update(description.faults(exchange))
    for line, count in sorted(covered.items()):
        print(f"{count:5} {line}")
    for line, count in faults.most_common():
        print(f"WRONG {count:5} {line}")
    print(f"{len(played)} calls, {faults.total()} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
