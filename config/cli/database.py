"""`firstline db copy`: from the SQLite file to PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="Move what is kept to another database.", no_args_is_help=True)
    group.command()(copy)
    app.add_typer(group, name="db")


def copy(
    sqlite_file: Annotated[Path, typer.Argument(help="The desk's file, such as var/firstline.db.")],
    postgres_url: Annotated[
        str, typer.Argument(help="An empty database: postgresql+psycopg://user@host/name.")
    ],
    password: Annotated[
        str,
        typer.Option(
            envvar="FIRSTLINE_DATABASE__PASSWORD",
            help="PostgreSQL's password; from the environment.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Copy and compare, then undo everything.")
    ] = False,
) -> None:
    """Copy a desk's SQLite file into an empty PostgreSQL database, and compare both row by row.

    The desk must be stopped. All or nothing is copied.
    """
    from bot.desk import with_password
    from bot.store.copy import copy as copied
    from bot.store.copy import target

    engine = target(with_password(postgres_url, password))
    try:
        done = copied(sqlite_file, engine, dry_run=dry_run, progress=_tell)
    finally:
        engine.dispose()
    for each in done:
        typer.echo(f"{each.table:<16} {each.rows:>9} rows  sha256 {each.checksum[:16]}  the same")
    rows = sum(each.rows for each in done)
    if dry_run:
        typer.echo(f"{rows} rows would be copied. Nothing was kept.")
    else:
        typer.echo(f"{rows} rows copied. Set database.url to the new address and start the desk.")


def _tell(table: str, done: int, rows: int) -> None:
    if done % 50_000 == 0 or (done == rows and rows > 50_000):
        typer.echo(f"{table}: {done} of {rows}", err=True)
