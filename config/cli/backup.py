"""`firstline backup` and `restore`: a desk in one file, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from config.cli.options import HERE, Desk, Json


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    desk: Desk = HERE,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Also save .env, which holds the secrets.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save the desk in one checked file, also while it runs: database, index, settings, content."""
    from config.backup import back_up
    from config.wiring import now, open_place

    found = back_up(open_place(desk), file, now(), secrets=with_secrets)
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo(
        f"{file}: {found['bytes'] / 1e6:.1f} MB, opened and checked. {found['conversations']} "
        f"conversations, {found['messages']} messages, {found['tickets']} tickets, index "
        f"{found['index'] or 'none'}."
    )
    for path in found["left_out"]:
        typer.echo(f"Not in it, for it lies outside of the desk's folder: {path}")
    if not with_secrets:
        typer.echo("Not in it: .env with the secrets. Keep it apart, or use --with-secrets.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `firstline backup` wrote.")],
    folder: Annotated[Path, typer.Argument(help="The folder to make; new or empty.")],
    no_catch_up: Annotated[
        bool,
        typer.Option(
            "--no-catch-up",
            help="Do not fetch from Slack and Discord what was written since the backup.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a desk from a backup, in a new folder. Every checksum is compared first."""
    from config.backup import SECRETS
    from config.backup import restore as restored

    found = restored(file, folder, catch_up=not no_catch_up)
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo(
        f"{folder}: {found['conversations']} conversations, {found['messages']} messages, "
        f"{found['tickets']} tickets, as of {found['made_at']}."
    )
    if found["replies"]:
        typer.echo(
            f"{found['replies']} replies were on their way then and may have arrived: they are not "
            f"sent again by themselves. See 'firstline dead list --desk {folder}'."
        )
    if not (folder / SECRETS).exists():
        typer.echo(f"Put the former .env into {folder}: without it web visitors begin anew.")
    for path in found["left_out"]:
        typer.echo(f"Not in the backup: {path}. Put it where the settings look for it.")
