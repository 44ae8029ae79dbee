"""`firstline ticket export` and `ticket import`: tickets to files and back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli.options import HERE, Desk, Json
from config.cli.ticket import ticket

if TYPE_CHECKING:
    from bot.desk import Database
    from bot.ticket_archive import TicketArchive
    from config.wiring import Place

FORMATS = ("jsonl", "csv")
MOST_SHOWN = 20
"""Mistakes of a file that are told."""

File = Annotated[Path, typer.Argument(help="A file that ends in .jsonl or .csv.")]
Format = Annotated[
    str, typer.Option("--format", help="jsonl or csv.", show_default="by the file's name")
]
Many = list[str] | None


def add_to(_app: typer.Typer) -> None:
    """The commands are with `firstline ticket`."""
    ticket.command("export")(export)
    ticket.command("import")(take_in)


def export(
    file: File,
    format: Format = "",
    status: Annotated[Many, typer.Option("--status", help="Only in this state.")] = None,
    tier: Annotated[list[int] | None, typer.Option("--tier", help="Only of this tier.")] = None,
    queue: Annotated[Many, typer.Option("--queue", help="Only of this queue.")] = None,
    tag: Annotated[Many, typer.Option("--tag", help="Only with this tag.")] = None,
    desk: Desk = HERE,
) -> None:
    """Write tickets to a file: JSON Lines with all that belongs to them, or CSV, a row each."""
    from bot.desk import open_for_reading
    from bot.ticket_state import STATUSES
    from bot.ticket_views import Filters
    from config.ticket_records import COLUMNS, csv_row, json_line

    kind = format_of(file, format)
    if unknown := set(status or ()) - set(STATUSES):
        raise typer.BadParameter(f"There is no state {unknown.pop()!r}: {', '.join(STATUSES)}.")
    filters = Filters(
        statuses=tuple(status or STATUSES),
        tiers=tuple(tier or ()),
        queues=tuple(queue or ()),
        tags=tuple(tag or ()),
    )
    part = file.with_name(f"{file.name}.part")
    count = 0
    with (
        archive(desk, open_for_reading) as kept,
        part.open("w", encoding="utf-8", newline="") as to,
    ):
        rows = csv.writer(to)
        if kind == "csv":
            rows.writerow(COLUMNS)
        for record in kept.exported(filters):
            count += 1
            if kind == "csv":
                rows.writerow(csv_row(record))
            else:
                to.write(json_line(record) + "\n")
    part.replace(file)
    typer.echo(f"{count} tickets written to {file}")


def take_in(
    file: File,
    format: Format = "",
    column: Annotated[
        Many, typer.Option("--column", help="Which column of a CSV file it is: subject=Title.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only read the file and say what is wrong.")
    ] = False,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Read tickets from a file. With a mistake anywhere in it nothing is kept.

    What came before (by `external_id`) is left as it is, so a file can be read again.
    """
    from bot.desk import open_beside

    kind, names = format_of(file, format), columns_of(column or [])
    if not file.is_file():
        raise typer.BadParameter(f"There is no file {file}.")
    require_good(file, kind, names)
    with archive(desk, open_beside) as kept:
        told = taken(kept, file, kind, names, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(told))
        return
    new, known, missing = told["new"], told["known"], told["missing"]
    typer.echo(f"{new} tickets {'would be ' * dry_run}taken in, {known} were here before.")
    if missing:
        typer.echo(f"Links to {len(missing)} tickets that are not here: {', '.join(missing[:9])}")


def taken(
    kept: TicketArchive, file: Path, kind: str, names: dict[str, str], *, dry_run: bool
) -> dict[str, Any]:
    """Take in what is new, ticket by ticket, then link them; what it came to."""
    new = known = 0
    for _, record in records(file, kind, names):
        fresh = kept.known(record["external_id"]) is None
        if fresh and not dry_run:
            kept.take(record)
        new, known = new + fresh, known + (not fresh)
    missing: set[str] = set()
    if not dry_run:
        for _, record in records(file, kind, names):
            missing.update(kept.link(record) if record["links"] else ())
    return {"new": new, "known": known, "missing": sorted(missing), "dry_run": dry_run}


def require_good(file: Path, kind: str, names: dict[str, str]) -> None:
    """Read all of it. Ends the command, with what is wrong where, when a line is no ticket."""
    from config.ticket_records import LineRefused

    wrong = 0
    seen: dict[str, int] = {}
    for number, record in records(file, kind, names):
        problem = ""
        if isinstance(record, LineRefused):
            problem = str(record)
        elif (first := seen.setdefault(record["external_id"], number)) != number:
            problem = f"external_id: {record['external_id']} stands in line {first} already"
        if problem:
            wrong += 1
            if wrong <= MOST_SHOWN:
                typer.echo(f"{file}:{number}: {problem}", err=True)
    if wrong:
        typer.echo(f"{wrong} lines are wrong; nothing was taken in. Mend them first.", err=True)
        raise typer.Exit(1)


def records(file: Path, kind: str, names: dict[str, str]) -> Iterator[tuple[int, Any]]:
    """Each line's number, and its ticket or why it is none."""
    from config.ticket_records import read_csv, read_json_lines
    from config.wiring import now

    try:
        with file.open(encoding="utf-8-sig", newline="") as read:
            yield from read_csv(read, names, now()) if kind == "csv" else read_json_lines(read)
    except (UnicodeDecodeError, csv.Error) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}. Save it as UTF-8.") from None


def format_of(file: Path, format: str) -> str:
    """What the file is. Ends the command when that cannot be known."""
    kind = format or file.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise typer.BadParameter(f"Say what {file} is: --format {' or --format '.join(FORMATS)}.")
    return kind


def columns_of(given: list[str]) -> dict[str, str]:
    """Names of columns for ours. Ends the command for what is none."""
    from config.ticket_records import COLUMNS

    pairs = [each.partition("=") for each in given]
    for ours, equals, _ in pairs:
        if ours not in COLUMNS or not equals:
            raise typer.BadParameter(
                f"Write --column subject=Title; there are {', '.join(COLUMNS)}."
            )
    return {ours: theirs for ours, _, theirs in pairs}


@contextmanager
def archive(folder: Path, opened: Callable[[str], Database]) -> Iterator[TicketArchive]:
    """The desk's tickets, also while it runs."""
    from bot.ticket_archive import TicketArchive
    from config.wiring import database_url, open_place

    place = open_place(folder)
    database = opened(database_url(place))
    try:
        yield TicketArchive(database, desk_name(place))
    finally:
        database.close()


def desk_name(place: Place) -> str:
    """How the desk is called in external ids: the same as long as its secret is."""
    import hashlib

    secret = place.settings.secret.get_secret_value()
    return hashlib.sha256(f"firstline.desk\0{secret}".encode()).hexdigest()[:8]
