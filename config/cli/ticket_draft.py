"""`firstline ticket draft`: an article's first draft from a solved ticket."""

from __future__ import annotations

from typing import Annotated

import typer

from config.cli.options import HERE, Desk
from config.cli.ticket import ticket

FOLDER = "drafts"
"""Where drafts are put, in the desk's folder: no source reads it."""


def add_to(_app: typer.Typer) -> None:
    """Add this command to those of `ticket`."""
    ticket.command()(draft)


def draft(
    number: Annotated[int, typer.Argument(help="The ticket's number.")],
    desk: Desk = HERE,
) -> None:
    """Write a draft of an article from a ticket into the desk's folder `drafts`, for a writer."""
    from bot.article_draft import draft as drafted
    from bot.article_draft import name
    from config.cli.tickets import records
    from config.wiring import now

    with records(desk) as kept:
        page = kept.ticket(number)
    if page is None:
        typer.echo(f"There is no ticket #{number}. 'firstline tickets' lists them.", err=True)
        raise typer.Exit(1)
    line = page.ticket
    file = desk / FOLDER / f"{name(number, line.subject)}.md"
    text = drafted(number, line.subject, line.tags, page.transcript, now().date())
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        typer.echo(f"{file} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"{file}\nNothing answers from it yet. Take out all that is about one person, finish it, "
        "and move it into a folder of articles."
    )
