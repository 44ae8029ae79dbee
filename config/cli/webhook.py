"""`firstline webhook …`: programs elsewhere that are told what happens to tickets."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli.agent import operator
from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.webhook_post import WebhookPost
    from bot.webhooks import DeliveryLine, WebhookLine, Webhooks

webhook = typer.Typer(help="Tell programs elsewhere what happens to tickets.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The webhook's number, as the list has it.")]
Deliveries = Annotated[
    list[int], typer.Argument(help="Numbers of dead deliveries, as the log has.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(webhook, name="webhook")


@webhook.command()
def add(
    url: Annotated[str, typer.Argument(help="Where it is told: https://example.com/hook.")],
    event: Annotated[
        list[str] | None,
        typer.Option("--event", "-e", help="Only this event; may be given several times."),
    ] = None,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Add a webhook. Its secret is shown once."""
    with doors(desk) as (kept, _):
        made, secret = kept.add(url, event or [], by=operator())
    if as_json:
        typer.echo(json.dumps(facts(made) | {"secret": secret}))
        return
    typer.echo(in_a_line(made))
    typer.echo(f"\n  {secret}\n\nKeep it now: what is sent is signed with it.")


@webhook.command("list")
def list_webhooks(desk: Desk = HERE, as_json: Json = False) -> None:
    """List the webhooks, never their secrets."""
    with doors(desk) as (kept, _):
        listed = kept.listed()
    if as_json:
        typer.echo(json.dumps([facts(each) for each in listed]))
        return
    if not listed:
        typer.echo("No webhooks. 'firstline webhook add URL' makes one.")
    for each in listed:
        typer.echo(in_a_line(each))


@webhook.command()
def remove(number: Number, desk: Desk = HERE) -> None:
    """Take a webhook away, with what was not delivered yet."""
    with doors(desk) as (kept, _):
        typer.echo(f"Removed: {in_a_line(kept.remove(number, by=operator()))}")


@webhook.command("test")
def try_one(number: Number, desk: Desk = HERE) -> None:
    """Send it a message of the event `test` now, and say what came back."""
    with doors(desk) as (_, post):
        answered = post.test(number)
    if not answered.ok:
        typer.echo(f"It did not arrive: {answered.error}", err=True)
        raise typer.Exit(1)
    typer.echo(f"It arrived: answered {answered.status}.")


@webhook.command()
def log(
    number: Annotated[int, typer.Argument(help="Only of this webhook.", show_default="all")] = 0,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Show the last deliveries, the newest first."""
    with doors(desk) as (kept, _):
        found = kept.log(number, "dead" if dead else "", limit)
    if as_json:
        typer.echo(json.dumps([facts(each) for each in found]))
        return
    for each in found:
        typer.echo(delivery_line(each))
    typer.echo(f"{len(found) or 'no'} deliveries")


@webhook.command()
def retry(numbers: Deliveries, desk: Desk = HERE) -> None:
    """Try dead deliveries again."""
    with doors(desk) as (kept, _):
        for number in numbers:
            kept.retry(number, by=operator())
            typer.echo(f"{number}: put back")


@webhook.command()
def drop(numbers: Deliveries, desk: Desk = HERE) -> None:
    """Let dead deliveries be."""
    with doors(desk) as (kept, _):
        for number in numbers:
            kept.drop(number, by=operator())
            typer.echo(f"{number}: dropped")


@contextmanager
def doors(folder: Path) -> Iterator[tuple[Webhooks, WebhookPost]]:
    """The desk's webhooks, also while it runs."""
    from bot.desk import open_beside
    from config.webhooks import webhook_door, webhook_post
    from config.wiring import database_url, open_place

    place = open_place(folder)
    database = open_beside(database_url(place))
    try:
        yield webhook_door(place, database), webhook_post(place, database)
    finally:
        database.close()


def facts(line: WebhookLine | DeliveryLine) -> dict[str, Any]:
    """For scripts."""
    plain = dataclasses.asdict(line)
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in plain.items()}


def in_a_line(line: WebhookLine) -> str:
    """A webhook for people."""
    events = ", ".join(line.events) or "all events"
    state = f"fails, {line.failures} times in a row" if line.failures else "works"
    return f"{line.id:>4}  {line.url}  ({events}; {state})"


def delivery_line(line: DeliveryLine) -> str:
    """A delivery for people."""
    return (
        f"{line.id:>6}  {line.created_at:%Y-%m-%d %H:%M} UTC  webhook {line.webhook}  "
        f"#{line.ticket} evt-{line.event}  {line.state:<7} {line.attempts} attempts  {line.error}"
    ).rstrip()
