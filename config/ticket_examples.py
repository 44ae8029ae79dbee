"""Examples to learn categories from, in a JSON Lines file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.categories import CategoriesRefused


@dataclass(frozen=True, slots=True)
class Example:
    """What somebody asked, and the category it belonged to."""

    text: str
    category: str


def read_examples(file: Path) -> list[Example]:
    """The examples of a file, a JSON object a line: `category`, and `text` or `subject` and `body`.

    Raises CategoriesRefused, naming the line.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CategoriesRefused(f"{file} cannot be read: {error}.") from None
    numbered = enumerate(lines, start=1)
    return [_example(f"{file}:{number}", line) for number, line in numbered if line.strip()]


def text_of(subject: str, body: str) -> str:
    """What is compared of a ticket: its first line counts most, since models read the beginning."""
    return f"{subject.strip()}\n\n{body.strip()}".strip()


def _example(place: str, line: str) -> Example:
    try:
        data: Any = json.loads(line)
    except ValueError as error:
        raise CategoriesRefused(f"{place}: this is not JSON: {error}.") from None
    told = data if isinstance(data, dict) else {}
    text = told.get("text") or text_of(str(told.get("subject", "")), str(told.get("body", "")))
    category = told.get("category")
    if not isinstance(text, str) or not text or not isinstance(category, str) or not category:
        raise CategoriesRefused(
            f'{place}: write {{"text": "what was asked", "category": "billing"}}, or `subject` '
            "and `body` in place of `text`."
        )
    return Example(text, category)
