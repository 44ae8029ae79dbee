"""A sheet of questions and answers, saved as CSV.

The first row names the columns: a question and an answer, and if wanted `id`, `tags`,
`url` and `audience`, in any order and in any of several spellings. Commas, semicolons
and tabs are understood. Several phrasings of one question stand in one cell, a line or
a `|` between them, or in rows of their own with the same answer.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.sources.source import Content, NotReadable, merged, read_text, refused
from knowledge.content import PUBLIC, Article
from knowledge.slugs import slug

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "questions", "q", "phrasing", "phrasings", "ask", "title", "frage", "fragen", "pregunta", "preguntas", "domanda", "vraag"),
    "answer": ("answer", "answers", "a", "response", "reply", "body", "text", "antwort", "antworten", "réponse", "réponses", "respuesta", "risposta", "antwoord"),
    "id": ("id", "key", "name"),
    "tags": ("tags", "tag", "category", "categories", "topic", "kategorie"),
    "url": ("url", "link", "source"),
    "audience": ("audience",),
}  # fmt: skip
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_ID = 60


@dataclass(slots=True)
class _Row:
    line: int
    questions: list[str]
    answer: str
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FaqSheet:
    """One article an answer, in the sheet's order; its title is the first phrasing."""

    path: Path

    def read(self) -> Content:
        path = str(self.path)
        try:
            text = read_text(self.path, largest=None)
            table = _table(text)
        except NotReadable as error:
            return refused(path, error)
        rows, wrong = _rows(table, path)
        return merged([*_articles(_gathered(rows), path), *wrong])


def _table(text: str) -> list[tuple[int, dict[str, str]]]:
    """The rows below the header with their lines, cells by our names. Raises NotReadable."""
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            names = _names(next(reader, []))
            if {"question", "answer"} <= names.keys():
                return list(_cells(reader, names))
        except csv.Error as error:
            do = "Mend the quotes around that cell, or save the sheet anew as CSV."
            raise NotReadable(f"The sheet cannot be read: {error}", do, reader.line_num) from error
    raise NotReadable(
        "The first row names no column for the question and none for the answer",
        "Begin the sheet with a row like: question,answer",
        1,
    )


def _names(header: Sequence[str]) -> dict[str, int]:
    wanted = [" ".join(cell.strip().strip("*:#").lower().split()) for cell in header]
    places = {
        name: next((wanted.index(word) for word in spellings if word in wanted), None)
        for name, spellings in _COLUMNS.items()
    }
    return {name: place for name, place in places.items() if place is not None}


def _cells(
    reader: Iterator[list[str]], names: Mapping[str, int]
) -> Iterator[tuple[int, dict[str, str]]]:
    line = reader.line_num + 1  # type: ignore[attr-defined]
    for row in reader:
        yield (
            line,
            {name: row[place].strip() if place < len(row) else "" for name, place in names.items()},
        )
        line = reader.line_num + 1  # type: ignore[attr-defined]


def _rows(
    table: Sequence[tuple[int, dict[str, str]]], path: str
) -> tuple[list[_Row], list[Content]]:
    rows: list[_Row] = []
    wrong: list[Content] = []
    for line, cells in table:
        questions, answer = _phrasings(cells["question"]), cells["answer"]
        if questions and answer:
            rows.append(_Row(line, questions, answer, cells))
        elif any(cells.values()):
            missing = "answer" if questions else "question"
            do = "Fill in the cell, or delete the row."
            wrong.append(refused(path, NotReadable(f"The row has no {missing}", do, line)))
    return rows, wrong


def _phrasings(cell: str) -> list[str]:
    """One cell's phrasings: a line or `|` parts them, or `;` when each part is a question."""
    parts = [part for part in re.split(r"[\r\n]+|\s*\|+\s*", cell) if part.strip()]
    if (
        len(parts) == 1
        and cell.count(";")
        and all(part.strip().endswith(("?", "？")) for part in cell.split(";") if part.strip())
    ):
        parts = cell.split(";")
    cleaned = (" ".join(part.split()).removeprefix("- ").removeprefix("• ") for part in parts)
    return list(dict.fromkeys(part for part in cleaned if part))


def _gathered(rows: Sequence[_Row]) -> list[_Row]:
    """Rows of one answer become one; the first of them lends it everything else."""
    by_answer: dict[tuple[str, str], _Row] = {}
    for row in rows:
        first = by_answer.setdefault((row.cells.get("id", ""), row.answer), row)
        if first is not row:
            first.questions = list(dict.fromkeys([*first.questions, *row.questions]))
    return list(by_answer.values())


def _articles(rows: Sequence[_Row], path: str) -> Iterator[Content]:
    lines: dict[str, int] = {}
    for row in rows:
        article = _article(row, path)
        if article.id in lines:
            what = f"`{row.cells.get('id') or article.title}` stands in line {lines[article.id]} too, with another answer"
            do = "Keep one of the two rows, or put both answers in one."
            yield refused(path, NotReadable(what, do, row.line))
            continue
        lines[article.id] = row.line
        yield Content((article,))


def _article(row: _Row, path: str) -> Article:
    title, *others = row.questions
    tags = re.split(r"[,;|]\s*", row.cells.get("tags", ""))
    return Article(
        id=row.cells.get("id") or _id(title),
        title=title,
        body=row.answer,
        url=row.cells.get("url", ""),
        questions=tuple(others),
        tags=tuple(tag.strip() for tag in tags if tag.strip()),
        audience=row.cells.get("audience") or PUBLIC,
        path=path,
    )


def _id(title: str) -> str:
    """A readable id that the same question always gets."""
    readable = slug(title)
    if readable and len(readable) <= _LONGEST_ID:
        return readable
    digest = hashlib.sha256(title.encode()).hexdigest()[:8]
    return f"{readable[: _LONGEST_ID - 9]}-{digest}".lstrip("-")
