"""`firstline dead list|show|retry|drop`: messages and replies that were given up."""

from __future__ import annotations

import dataclasses
import json
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.dead_letters import DeadLetters
    from bot.people import Person
    from bot.views import DeadLetter

dead = typer.Typer(help="See to messages and replies that were given up.", no_args_is_help=True)

Letters = Annotated[
    list[str], typer.Argument(help="Letters as 'firstline dead list' names them: m12, r34.")
]
Why = Annotated[str, typer.Option("--why", help="The reason, kept with the letter.")]
By = Annotated[str, typer.Option("--by", help="Who does it.", show_default="your user name")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(dead, name="dead")


@dead.command("list")
def list_letters(desk: Desk = HERE, as_json: Json = False) -> None:
    """List what was given up, the oldest first, with its reason."""
    with letters(desk) as kept:
        listed = kept.listed()
    if as_json:
        typer.echo(json.dumps([facts(each, text=False) for each in listed], ensure_ascii=False))
        return
    for each in listed:
        typer.echo(line(each))
    typer.echo(f"{len(listed) or 'no'} dead letters")


@dead.command()
def show(
    letter: Annotated[str, typer.Argument(help="Its name in the list: m12, r34.")],
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Show one with its text, and what was done about it."""
    with letters(desk) as kept:
        found = kept.letter(letter)
    if found is None:
        typer.echo(f"There is no dead letter {letter}. See 'firstline dead list'.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(facts(found), ensure_ascii=False))
        return
    typer.echo(f"{line(found)}\nIn {found.channel} {found.thread}:\n\n{found.text}")
    for act in found.acts:
        typer.echo(f"\n{act.at:%Y-%m-%d %H:%M} UTC  {act.what} by {act.by}: {act.why or '-'}")


@dead.command()
def retry(
    names: Letters, desk: Desk = HERE, why: Why = "", by: By = "", dry_run: DryRun = False
) -> None:
    """Put letters back once: a message gets one more turn, a reply is sent again.

    A channel that can look for its own earlier copy does that before it sends.
    """
    with letters(desk) as kept:
        done(names, kept, "put back", lambda name: kept.retry(name, person(by), why), dry_run)


@dead.command()
def drop(
    names: Letters,
    why: Annotated[str, typer.Option("--why", help="The reason, kept with the letter.")],
    desk: Desk = HERE,
    by: By = "",
    dry_run: DryRun = False,
) -> None:
    """Let letters be. They are kept, with who dropped them and why."""
    with letters(desk) as kept:
        done(names, kept, "dropped", lambda name: kept.drop(name, person(by), why), dry_run)


def done(
    names: list[str], kept: DeadLetters, what: str, act: Callable[[str], bool], dry_run: bool
) -> None:
    """Do it to each, and say so. Exit code 1 when one of them is no dead letter."""
    waiting = {each.id for each in kept.listed()}
    missed = False
    for name in dict.fromkeys(names):
        if name in waiting and (dry_run or act(name)):
            typer.echo(f"{name}: {'would be ' * dry_run}{what}")
        else:
            missed = True
            typer.echo(f"{name}: no dead letter waits under that name", err=True)
    raise typer.Exit(1 if missed else 0)


def person(by: str) -> Person:
    """Who types: whoever may run commands on the desk's files administers it."""
    from bot.people import Person, Role

    name = by or pwd.getpwuid(os.getuid()).pw_name
    return Person(id=f"command line:{name}", name=name, role=Role.ADMIN)


@contextmanager
def letters(folder: Path) -> Iterator[DeadLetters]:
    """The desk's dead letters, also while it runs."""
    from bot.dead_letters import DeadLetters
    from bot.desk import open_beside
    from config.wiring import database_url, now, open_place

    place = open_place(folder)
    database = open_beside(database_url(place))
    try:
        yield DeadLetters(database, now, turn_attempts=place.settings.limits.turn_attempts)
    finally:
        database.close()


def line(letter: DeadLetter) -> str:
    """A letter in a line, with its age."""
    age = datetime.now(letter.since.tzinfo) - letter.since
    hours = age.total_seconds() / 3600
    old = f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
    return (
        f"{letter.id:<8} {letter.kind:<8} {letter.state:<10} {old:>6}  "
        f"{letter.attempts} attempts  {letter.channel:<9} {letter.reason}"
    )


def facts(letter: DeadLetter, *, text: bool = True) -> dict[str, object]:
    """A letter for scripts."""
    found = dataclasses.asdict(letter)
    if not text:
        del found["text"], found["acts"]
    found["since"] = letter.since.isoformat()
    for act in found.get("acts", ()):
        act["at"] = act["at"].isoformat()
    return found
