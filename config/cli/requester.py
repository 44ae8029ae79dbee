"""`firstline requester export|erase` and `firstline retention`: what is kept of people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk

if TYPE_CHECKING:
    from bot.requester_data import RequesterData

requester = typer.Typer(help="Export or erase one person's data.", no_args_is_help=True)
Who = Annotated[
    str, typer.Argument(help="The requester's number, or channel:sender such as slack:U0123456.")
]
By = Annotated[str, typer.Option("--by", help="Who does it.", show_default="your user name")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(requester, name="requester")
    app.command()(retention)


@requester.command()
def export(
    who: Who,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    desk: Desk = HERE,
    by: By = "",
) -> None:
    """Write all that a person said to us and we to them as JSON. Agents' notes are left out."""
    from config.cli.dead import person

    with data(desk) as kept:
        told = json.dumps(kept.export(person(by), who), ensure_ascii=False, indent=2)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(told + "\n")
    except OSError as error:
        typer.echo(f"{file} cannot be written: {error.strerror}. Name another file.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Written to {file}, readable by you alone. It holds personal data.")


@requester.command()
def erase(
    who: Who,
    desk: Desk = HERE,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say what would be deleted.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete it. This cannot be undone.")] = False,
    by: By = "",
) -> None:
    """Delete a person with their conversations and tickets; what they wrote elsewhere is blanked."""
    from config.cli.dead import person

    if preview == yes:
        raise typer.BadParameter("Give --preview to see what would be deleted, or --yes to do it.")
    with data(desk) as kept:
        counts = (kept.erase if yes else kept.preview)(person(by), who)
    for kind, count in counts.items():
        typer.echo(f"{count:>7}  {kind.replace('_', ' ')}")
    typer.echo("Erased. Backups made before still hold it." if yes else "Nothing was deleted.")


def retention(
    desk: Desk = HERE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
) -> None:
    """Delete what was kept longer than [retention] in the settings says."""
    from bot.desk import open_beside
    from bot.retention import Due
    from config.consoles import retention_over
    from config.wiring import database_url, open_place

    place = open_place(desk)
    database = open_beside(database_url(place))
    try:
        kept = retention_over(place, database)
        parts = [kept.preview()] if dry_run else list(iter(kept.delete, Due()))
    finally:
        database.close()
    for name in ("tickets", "conversations", "audit_lines"):
        typer.echo(f"{sum(getattr(part, name) for part in parts):>7}  {name.replace('_', ' ')}")
    typer.echo("Nothing was deleted." if dry_run else "Deleted.")


@contextmanager
def data(folder: Path) -> Iterator[RequesterData]:
    """What the desk keeps of requesters, also while it runs."""
    from bot.desk import open_beside
    from bot.requester_data import NoSuchRequester, RequesterData
    from config.wiring import database_url, now, open_place

    database = open_beside(database_url(open_place(folder)))
    try:
        yield RequesterData(database, now)
    except NoSuchRequester as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    finally:
        database.close()
