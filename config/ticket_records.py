"""Tickets in files: JSON Lines, whole, and CSV, one row a ticket. Reading says what is wrong where."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TextIO

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.ticket_archive import FORMAT

COLUMNS = (
    "external_id", "number", "subject", "summary", "status", "type", "priority", "tier", "queue",
    "assignee", "tags", "channel", "thread", "requester", "requester_name", "reason", "opened_at",
    "solved_at", "closed_at",
)  # fmt: skip
"""Of a CSV file. Only `external_id` and `subject` must be there when one is read."""
FORMULA = "=+-@\t\r\n"
"""With these a cell begins that a spreadsheet would work out."""
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SaidRecord(_Read):
    """A message."""

    author: Literal["user", "bot", "agent"]
    sender: Annotated[str, StringConstraints(max_length=255)] = ""
    sender_name: Annotated[str, StringConstraints(max_length=255)] = ""
    text: Text
    sent_at: AwareDatetime
    received_at: AwareDatetime | None = None
    choice: str | None = None
    outcome: str | None = None
    reason: Text = ""
    left_out: int = 0
    files: int = 0
    resolved: bool = False
    sort: str = "notice"
    choices: list[Any] = []
    sources: list[Any] = []
    rateable: bool = False
    standing: str = "open"
    evidence: dict[str, Any] | None = None
    edited_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None


class NoteRecord(_Read):
    """A note."""

    kind: Short = "note"
    author: Line
    author_name: Annotated[str, StringConstraints(max_length=255)] = ""
    text: Text
    at: AwareDatetime


class EventRecord(_Read):
    """Something that happened."""

    at: AwareDatetime
    actor: Line
    what: Short
    why: Text = ""
    detail: dict[str, Any] = {}


class LinkRecord(_Read):
    """Another ticket that it belongs to, by its external id."""

    kind: Literal["duplicate", "related", "parent", "merged"]
    ticket: Line


class TicketRecord(_Read):
    """A ticket with all that belongs to it."""

    format: Literal["firstline-ticket-1"] = FORMAT  # type: ignore[assignment]
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^\S+$")]
    number: int | None = None
    subject: Line
    summary: Text = ""
    reason: Annotated[str, StringConstraints(max_length=255)] = "imported"
    status: Literal["new", "open", "pending", "on_hold", "solved", "closed"] = "new"
    type: Literal["question", "incident", "problem", "request", "bug", "feature"] = "question"
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    tier: Annotated[int, Field(ge=1, le=99)] = 1
    queue: Short = "support"
    assignee: Line | None = None
    tags: tuple[Short, ...] = ()
    fields: dict[str, Any] = {}
    followers: tuple[Line, ...] = ()
    channel: Short = "import"
    thread: Annotated[str, StringConstraints(max_length=255)] = ""
    requester: Annotated[str, StringConstraints(max_length=255)] = "unknown"
    requester_name: Annotated[str, StringConstraints(max_length=255)] = ""
    opened_at: AwareDatetime
    snoozed_until: AwareDatetime | None = None
    solved_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    messages: list[SaidRecord] = []
    notes: list[NoteRecord] = []
    events: list[EventRecord] = []
    links: list[LinkRecord] = []


class LineRefused(ValueError):
    """A line of a file that is no ticket; says the line, the field and what to do."""


def json_line(record: Mapping[str, Any]) -> str:
    """A ticket as a line of JSON Lines."""
    return json.dumps(record, default=lambda at: at.isoformat(), ensure_ascii=False)


def csv_row(record: Mapping[str, Any]) -> list[str]:
    """A ticket as a row of CSV: no cell is a formula."""
    return [guarded(_cell(record.get(name))) for name in COLUMNS]


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would work out."""
    return f"'{cell}" if cell[:1] and cell[0] in FORMULA + "'" else cell


def unguarded(cell: str) -> str:
    """What was guarded."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in FORMULA + "'" else cell


def read_json_lines(file: TextIO) -> Iterator[tuple[int, dict[str, Any] | LineRefused]]:
    """Each line's number, and its ticket or why it is none."""
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield number, _read_json(line)


def read_csv(
    file: TextIO, names: Mapping[str, str], now: datetime
) -> Iterator[tuple[int, dict[str, Any] | LineRefused]]:
    """The same of a CSV file with a head; `names` are its columns for ours (`subject` -> `Title`)."""
    rows = csv.DictReader(file)
    ours = {names.get(name, name): name for name in COLUMNS}
    missing = {"external_id", "subject"} - {ours.get(each) for each in rows.fieldnames or ()}
    if missing:
        wanted = " and ".join(sorted(missing))
        yield 1, LineRefused(f"there is no column for {wanted}: name it by --column {wanted}=NAME")
        return
    for row in rows:
        cells = {
            ours[name]: unguarded(cell)
            for name, cell in row.items()
            if name in ours and isinstance(cell, str) and cell != ""
        }
        tags = [each for each in cells.pop("tags", "").split(";") if each]
        yield rows.line_num, _checked({"opened_at": now, **cells, "tags": tags})


def _read_json(line: str) -> dict[str, Any] | LineRefused:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return LineRefused(f"this is no JSON: {error}")
    if not isinstance(found, dict):
        return LineRefused("a line is one JSON object, a ticket")
    return _checked(found)


def _checked(values: Mapping[str, Any]) -> dict[str, Any] | LineRefused:
    try:
        found = TicketRecord.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return LineRefused(f"{where}: {first['msg']}")
    record = found.model_dump(exclude={"format", "number"})
    record["thread"] = found.thread or f"import:{found.external_id}"
    for said in record["messages"]:
        said["received_at"] = said["received_at"] or said["sent_at"]
    return _with_ends(record)


def _with_ends(record: dict[str, Any]) -> dict[str, Any]:
    """What is over ended some time: when it was opened, if nothing is said."""
    if record["status"] == "solved":
        record["solved_at"] = record["solved_at"] or record["opened_at"]
    if record["status"] == "closed":
        record["closed_at"] = record["closed_at"] or record["solved_at"] or record["opened_at"]
    return record


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ";".join(map(str, value))
    return "" if value is None else str(value)
