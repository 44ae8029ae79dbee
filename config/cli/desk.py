"""`firstline init`, `demo` and `settings`: making a desk and looking at it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.cli.options import HERE, Desk

PORTS_TRIED = 50
"""The demo takes the first free port from the wanted one on."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(init)
    app.command()(demo)
    app.command()(settings)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; new or empty.")],
) -> None:
    """Make a new desk: settings, a first article, and the secrets of its own .env."""
    from config.new_desk import make_desk

    make_desk(folder)
    typer.echo(f"A new desk is in {folder}. Next:\n")
    typer.echo(f"  firstline serve --desk {folder}      open the web page")
    typer.echo(f"  firstline chat --desk {folder}       or ask here")
    typer.echo(f"\nWrite articles in {folder / 'articles'}; they are live a second after saving.")


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's desk is kept.")] = Path(".demo"),
    port: Annotated[int, typer.Option(help="The port to try first.")] = 8080,
) -> None:
    """Run Firstline on its own help centre, to try it."""
    from config.cli.serve import run_desk
    from config.demo_accounts import add_demo_accounts
    from config.new_desk import make_demo

    make_demo(folder)
    logins = demo_logins() if add_demo_accounts(folder) else "those of this desk"
    run_desk(folder, port, PORTS_TRIED, lambda address: demo_words(address, logins))


def demo_logins() -> str:
    """The demo's accounts, in words."""
    from config.demo_accounts import PASSWORD, PEOPLE

    return f"{', '.join(login for login, *_ in PEOPLE)}\n           password {PASSWORD}"


def demo_words(address: str, logins: str) -> str:
    """What the demo says when it is ready."""
    return f"""
  Open     {address}
  Ask      How do I write an article?
  Console  {address}/console
  Logins   {logins}
  Stop     Ctrl-C
"""


def settings(
    desk: Desk = HERE,
    reference: Annotated[
        bool, typer.Option("--reference", help="Print every key with its default instead.")
    ] = False,
) -> None:
    """Show the settings in force (secrets hidden), as JSON; or the reference of all keys."""
    from config.reference import reference as whole_reference
    from config.settings import Settings, load

    if reference:
        typer.echo(whole_reference(Settings), nl=False)
    else:
        typer.echo(load(desk).model_dump_json(indent=2))
