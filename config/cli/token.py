"""`firstline token …`: programs' keys to the API."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.agent import operator
from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.api_tokens import ApiTokens, Scope, TokenLine

token = typer.Typer(help="Programs' keys to the API: add, list, revoke.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(token, name="token")


@token.command()
def add(
    name: Annotated[str, typer.Argument(help="Who uses it for what.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", "-s", help="What it may do; may be given several times."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long it is good.")] = None,
    acts_for: Annotated[
        str, typer.Option("--for", help="The account as which it acts.", show_default="itself")
    ] = "",
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Make a token and show it, once: only its hash is kept."""
    scopes = parse_scopes(scope or [])
    with tokens(desk) as kept:
        good_for = None if days is None else timedelta(days=days)
        made, secret = kept.add(name, scopes, by=operator(), good_for=good_for, acts_for=acts_for)
    if as_json:
        typer.echo(json.dumps(facts(made) | {"token": secret}))
        return
    typer.echo(in_a_line(made))
    typer.echo(f"\n  {secret}\n\nKeep it now: it cannot be shown again.")


@token.command("list")
def list_tokens(desk: Desk = HERE, as_json: Json = False) -> None:
    """List the tokens, revoked ones too; never the secrets."""
    with tokens(desk) as kept:
        listed = kept.listed()
    if as_json:
        typer.echo(json.dumps([facts(each) for each in listed]))
        return
    if not listed:
        typer.echo("No tokens. 'firstline token add NAME --scope tickets:read' makes one.")
    for each in listed:
        typer.echo(in_a_line(each))


@token.command()
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number, as the list has it.")],
    desk: Desk = HERE,
) -> None:
    """Take a token back: it opens nothing from now on."""
    with tokens(desk) as kept:
        typer.echo(f"Revoked: {in_a_line(kept.revoke(number, by=operator()))}")


@contextmanager
def tokens(folder: Path) -> Iterator[ApiTokens]:
    """The desk's tokens, also while it runs."""
    from bot.api_tokens import ApiTokens
    from bot.desk import open_beside
    from config.wiring import database_url, open_place

    database = open_beside(database_url(open_place(folder)))
    try:
        yield ApiTokens(database)
    finally:
        database.close()


def parse_scopes(names: list[str]) -> list[Scope]:
    """The scopes of these names. Raises BadParameter."""
    from bot.api_tokens import Scope

    unknown = [name for name in names if name not in set(Scope)]
    if unknown:
        raise typer.BadParameter(
            f"There is no scope {unknown[0]!r}. There are: {', '.join(Scope)}."
        )
    return [Scope(name) for name in names]


def facts(line: TokenLine) -> dict[str, object]:
    """A token for scripts."""
    plain = dataclasses.asdict(line) | {"scopes": sorted(line.scopes)}
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in plain.items()
    }


def in_a_line(line: TokenLine) -> str:
    """A token for people."""
    until = f"until {line.expires_at:%Y-%m-%d}" if line.expires_at else "for ever"
    used = f"last used {line.used_at:%Y-%m-%d}" if line.used_at else "never used"
    acts = f", as {line.acts_for}" if line.acts_for else ""
    state = f"revoked {line.revoked_at:%Y-%m-%d}" if line.revoked_at else f"{until}, {used}"
    return f"{line.id:>4}  {line.begins}…  {', '.join(sorted(line.scopes)):<28} {line.name}  ({state}{acts})"
