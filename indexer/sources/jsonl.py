"""A `.jsonl` file: one article a line, as `{"id": …, "title": …, "body": …, "url": …}`.

`url`, `questions`, `tags` and `audience` may be left out; other keys are the exporting
program's own and are passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.sources.source import (
    LARGEST_ARTICLE,
    Content,
    NotReadable,
    merged,
    read_text,
    refused,
)
from knowledge.content import PUBLIC, Article
from knowledge.markdown import has_words

_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class JsonLines:
    """All articles of one `.jsonl` file in its order; empty lines are passed over."""

    path: Path

    def read(self) -> Content:
        try:
            text = read_text(self.path, largest=None)
        except NotReadable as error:
            return refused(str(self.path), error)
        return merged(_lines(text, str(self.path)))


def _lines(text: str, path: str) -> Iterator[Content]:
    first_lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            article = _article(line, path)
            if article.id in first_lines:
                what = f"The id `{article.id}` is taken by line {first_lines[article.id]}"
                raise NotReadable(what, "Give one of the two articles another id.")
        except NotReadable as error:
            error.line = number
            yield refused(path, error)
        else:
            first_lines[article.id] = number
            yield Content((article,))


def _article(line: str, path: str) -> Article:
    if len(line) > LARGEST_ARTICLE:
        do = "Split it into several articles."
        raise NotReadable(f"The article is larger than {LARGEST_ARTICLE:,} letters", do)
    values = _object(line)
    return Article(
        id=_required(values, "id"),
        title=" ".join(_required(values, "title").split()),
        body=_body(values),
        url=_text(values, "url"),
        questions=_texts(values, "questions"),
        tags=_texts(values, "tags"),
        audience=_text(values, "audience") or PUBLIC,
        path=path,
    )


def _object(line: str) -> dict[str, Any]:
    do = 'Write each article as one line: {"id": "…", "title": "…", "body": "…"}.'
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"The line is no JSON: {error}", do) from error
    if not isinstance(values, dict):
        raise NotReadable("The line is no JSON object", do)
    return values


def _required(values: dict[str, Any], key: str) -> str:
    text = _text(values, key).strip()
    if not text:
        raise NotReadable(f"The article has no `{key}`", f"Give it a `{key}` that is not empty.")
    return text


def _body(values: dict[str, Any]) -> str:
    body = _required(values, "body")
    if not has_words(body):
        raise NotReadable("The article has no text", "Write its `body`, or delete the line.")
    return body


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key, "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotReadable(f"`{key}` must be a text", f'Write "{key}": "some words".')
    return _SURROGATE.sub("\ufffd", value).replace("\0", "\ufffd")


def _texts(values: dict[str, Any], key: str) -> tuple[str, ...]:
    found = values.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise NotReadable(f"`{key}` must be a list of texts", f'Write "{key}": ["some words"].')
    words = (" ".join(_text({key: item}, key).split()) for item in found)
    return tuple(dict.fromkeys(word for word in words if word))
