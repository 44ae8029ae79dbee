"""`firstline agent …` and `audit`: who signs in at the console, and what admins did."""

from __future__ import annotations

import dataclasses
import json
import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.people import Role
from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.accounts import AccountLine, Accounts

agent = typer.Typer(help="Accounts of those who help: add, list, change.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="What they sign in with, such as ann.")]
Tiers = Annotated[
    list[int] | None,
    typer.Option("--tier", "-t", help="A tier they work in; may be given several times."),
]
NoPassword = Annotated[
    bool, typer.Option("--no-password", help="They sign in by the OpenID provider only.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(agent, name="agent")
    app.command()(audit)


@agent.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Their name, as others see it.")] = "",
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
    role: Annotated[Role, typer.Option(help="What they are to the desk.")] = Role.AGENT,
    tier: Tiers = None,
    no_password: NoPassword = False,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Add an account. The password is asked for, or read from standard input in a pipe."""
    password = None if no_password else new_password(login)
    tiers = first_tier(desk) if tier is None and role is Role.AGENT else tier or []
    with accounts(desk) as kept:
        made = kept.create(
            login, by=operator(), name=name, email=email, role=role, tiers=tiers, password=password
        )
    tell(made, as_json, "Added")


@agent.command("list")
def list_accounts(
    words: Annotated[
        str, typer.Argument(help="Only those whose login, name or e-mail has this.")
    ] = "",
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """List the accounts."""
    with accounts(desk) as kept:
        listed = kept.listed(words)
    if as_json:
        typer.echo(json.dumps([facts(each) for each in listed], ensure_ascii=False))
        return
    if not listed:
        typer.echo("No accounts. 'firstline agent add LOGIN' makes one.")
    for each in listed:
        typer.echo(in_a_line(each))


@agent.command()
def role(
    login: Login,
    role: Annotated[Role, typer.Argument(help="What they are from now on.")],
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Change somebody's role. It signs them out everywhere."""
    with accounts(desk) as kept:
        tell(kept.change(login, by=operator(), role=role), as_json, "Changed")


@agent.command()
def tiers(
    login: Login,
    tiers: Annotated[list[int] | None, typer.Argument(help="All tiers they work in.")] = None,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Change the tiers somebody works in; none are given: they work in none. Signs them out."""
    with accounts(desk) as kept:
        tell(kept.change(login, by=operator(), tiers=tiers or []), as_json, "Changed")


@agent.command()
def password(login: Login, desk: Desk = HERE) -> None:
    """Give somebody a new password. It signs them out everywhere."""
    with accounts(desk) as kept:
        kept.set_password(login, new_password(login), by=operator())
    typer.echo(f"The new password of {login} is set; they are signed out everywhere.")


@agent.command()
def identity(
    login: Login,
    channel: Annotated[str, typer.Argument(help="slack or discord.")],
    id: Annotated[str, typer.Argument(help='What they are called there (U0123ABC); "" for none.')],
    desk: Desk = HERE,
) -> None:
    """Say who somebody is on a channel, so that what they press there is known as theirs."""
    with accounts(desk) as kept:
        kept.identify(login, channel, id, by=operator())
    typer.echo(f"{login} is {id or 'nobody'} on {channel}.")


@agent.command()
def disable(
    login: Login,
    undo: Annotated[bool, typer.Option("--undo", help="Let them sign in again.")] = False,
    desk: Desk = HERE,
) -> None:
    """Take somebody's access away at once; what they did stays."""
    with accounts(desk) as kept:
        kept.disable(login, by=operator(), disabled=not undo)
    typer.echo(f"{login} can sign in again." if undo else f"{login} is disabled and signed out.")


def audit(
    limit: Annotated[int, typer.Option(min=1, help="How many lines, the newest first.")] = 100,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Show what admins did: who, when, what, on whom."""
    from bot.audit import Audit
    from bot.desk import open_for_reading
    from config.cli.tickets import local
    from config.wiring import database_url, open_place

    database = open_for_reading(database_url(open_place(desk)))
    try:
        lines = Audit(database).listed(limit)
    finally:
        database.close()
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(each) for each in lines], default=str))
        return
    for each in lines:
        detail = f"  ({each.detail})" if each.detail else ""
        typer.echo(f"{local(each.at)}  {each.who}: {each.what} {each.on_whom}{detail}")


@contextmanager
def accounts(folder: Path) -> Iterator[Accounts]:
    """The desk's accounts, also while it runs."""
    from bot.accounts import Accounts
    from bot.desk import open_beside
    from bot.passwords import Passwords
    from config.wiring import database_url, open_place

    database = open_beside(database_url(open_place(folder)))
    try:
        yield Accounts(database, Passwords())
    finally:
        database.close()


def first_tier(folder: Path) -> list[int]:
    """Where an agent works when nothing else is said: where new tickets come."""
    from config.wiring import open_place

    return [open_place(folder).settings.tickets.first_tier]


def operator() -> str:
    """Who runs this command, for the audit log."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # as in a container, where users may have a number only
        name = f"user {number}"
    return f"{name} (command line)"


def new_password(login: str) -> str:
    """Asked for twice at a terminal, without showing it; the first line of a pipe else."""
    if sys.stdin.isatty():
        asked = f"Password for {login}"
        return str(typer.prompt(asked, hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def tell(account: AccountLine, as_json: bool, done: str) -> None:
    """What was done with an account."""
    typer.echo(json.dumps(facts(account)) if as_json else f"{done}: {in_a_line(account)}")


def facts(account: AccountLine) -> dict[str, object]:
    """An account for scripts."""
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "email": account.email,
        "role": account.role.value,
        "tiers": sorted(account.tiers),
        "disabled": account.disabled,
        "by_password": account.by_password,
        "identities": dict(account.identities),
        "created_at": account.created_at.isoformat(),
    }


def in_a_line(account: AccountLine) -> str:
    """An account for people."""
    tiers = "tier " + ", ".join(map(str, sorted(account.tiers))) if account.tiers else "no tier"
    known = "".join(f"  {channel} {identity}" for channel, identity in account.identities)
    off = "  (disabled)" if account.disabled else ""
    return f"{account.login:<20} {account.name:<24} {account.role:<10} {tiers}{known}{off}"
