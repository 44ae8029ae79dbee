"""Articles and passages as lines of JSON, and back. Any string survives, lone surrogates too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from knowledge.content import Article, Passage


def article_record(article: Article) -> dict[str, Any]:
    """The article as JSON can hold it."""
    reviewed = article.reviewed.isoformat() if article.reviewed else None
    return asdict(article) | {"reviewed": reviewed}


def article_of(record: dict[str, Any]) -> Article:
    """The article of such a record. Raises TypeError or ValueError if it is none."""
    reviewed = record["reviewed"]
    lists = {name: tuple(record[name]) for name in ("questions", "tags")}
    day = date.fromisoformat(reviewed) if reviewed else None
    return Article(**record | lists | {"reviewed": day})


def passage_record(passage: Passage) -> dict[str, Any]:
    """The passage as JSON can hold it."""
    return asdict(passage)


def passage_of(record: dict[str, Any]) -> Passage:
    """The passage of such a record. Raises TypeError or ValueError if it is none."""
    return Passage(**record | {"section": tuple(record["section"])})


def lines(records: Iterable[object]) -> bytes:
    """One JSON value a line."""
    rows = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return "".join(rows).encode("utf-8", "surrogatepass")


def records(content: bytes) -> list[Any]:
    """The values of `lines`. Raises ValueError."""
    return [json.loads(line.decode("utf-8", "surrogatepass")) for line in content.splitlines()]
