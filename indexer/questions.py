"""Reads the questions of an evaluation folder.

queries.jsonl       {"id", "text", "gold": [article ids], "in_scope", "title"?, "checked"?}, one a line
queries_oos.jsonl   the same, out of scope; may be missing
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


class QuestionsRefused(Exception):
    """Questions that cannot be read. Says where and what to do."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question; `gold` are the articles that answer it (none when it is out of scope)."""

    id: str
    text: str
    gold: frozenset[str]
    in_scope: bool


def read_queries(folder: Path, *, field: str = "text", checked: bool = False) -> list[Query]:
    """The folder's questions, in scope and out of scope. Raises QuestionsRefused.

    `field` is `text` or `title`; a question without a title is asked by its text. With
    `checked`, of the questions in scope only those marked as checked are taken.
    """
    if field not in ("text", "title"):
        raise QuestionsRefused(f"questions have no field {field!r}; choose text or title")
    path = folder / "queries.jsonl"
    if not path.is_file():
        raise QuestionsRefused(f"{path} is missing; write one question a line, in JSON")
    queries = _read(path, field, checked=checked)
    extra = folder / "queries_oos.jsonl"
    if extra.is_file():
        queries += _read(extra, field, checked=False)
    if not queries:
        raise QuestionsRefused(f"{path} has no question{' marked as checked' if checked else ''}")
    return queries


def with_known_gold(
    queries: Iterable[Query], ids: Collection[str]
) -> tuple[list[Query], tuple[str, ...]]:
    """The questions with their gold named as the articles are, and the gold that no article is.

    An article of a folder may be named by its path too: `setup/linux.md` is `setup-linux`.
    """
    found, strangers = [], set()
    for query in queries:
        gold = {_as_id(name, ids) for name in query.gold}
        strangers |= gold - set(ids)
        found.append(replace(query, gold=frozenset(gold)))
    return found, tuple(sorted(strangers))


def _as_id(name: str, ids: Collection[str]) -> str:
    plain = name.strip("/").removesuffix(".md")
    return next((each for each in (name, plain, plain.replace("/", "-")) if each in ids), name)


def _read(path: Path, field: str, *, checked: bool) -> list[Query]:
    queries = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line.decode("utf-8", "surrogatepass"))
            query = _query(record, field)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise QuestionsRefused(
                f"{path}:{number}: this is no question ({error!r}); write "
                '{"id": "…", "text": "…", "gold": ["article id"], "in_scope": true}'
            ) from error
        if record.get("checked") or not checked or not query.in_scope:
            queries.append(query)
    return queries


def _query(record: dict[str, Any], field: str) -> Query:
    text = record.get(field) or record["text"]
    gold = record.get("gold") or []
    in_scope = record.get("in_scope", bool(gold))
    if not isinstance(text, str) or not isinstance(gold, list) or not isinstance(in_scope, bool):
        raise TypeError("text, gold or in_scope is of another type")
    if in_scope and not gold:
        raise ValueError("in scope, but no gold article")
    return Query(str(record["id"]), text, frozenset(map(str, gold)), in_scope)
