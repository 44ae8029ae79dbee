"""`firstline tickets` and `trace`: what went to people, and the way of one message."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from pathlib import Path

    from bot.desk import Records
    from bot.views import TicketLine, TicketPage, Trace


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(tickets)
    app.command()(trace)


def tickets(
    number: Annotated[int | None, typer.Argument(help="Show this ticket whole.")] = None,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """List the tickets, the newest first; with a number, show one with its conversation."""
    with records(desk) as kept:
        if number is None:
            listed = kept.tickets()
            echo_json(listed) if as_json else echo_list(listed)
            return
        page = kept.ticket(number)
    if page is None:
        typer.echo(f"There is no ticket #{number}. 'firstline tickets' lists them.", err=True)
        raise typer.Exit(1)
    echo_json(page) if as_json else echo_ticket(page)


def trace(
    message: Annotated[int, typer.Argument(help="The message's number, as the log names it.")],
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Show the way of one message: when it came, what was decided and why, what was sent."""
    with records(desk) as kept:
        found = kept.trace(message)
    if found is None:
        typer.echo(f"There is no message {message} of a user.", err=True)
        raise typer.Exit(1)
    echo_json(found) if as_json else echo_trace(found)


@contextmanager
def records(folder: Path) -> Iterator[Records]:
    """What the desk keeps, for reading, also while it runs."""
    from bot.desk import Records, open_for_reading
    from config.wiring import database_url, open_place

    database = open_for_reading(database_url(open_place(folder)))
    try:
        yield Records(database)
    finally:
        database.close()


def echo_json(value: Any) -> None:
    """Dataclasses as JSON."""
    plain = (
        [dataclasses.asdict(v) for v in value]
        if isinstance(value, tuple)
        else dataclasses.asdict(value)
    )
    typer.echo(json.dumps(plain, default=str, ensure_ascii=False))


def echo_list(listed: tuple[TicketLine, ...]) -> None:
    """One line a ticket."""
    if not listed:
        typer.echo("No tickets: nobody had to be handed over to people yet.")
    for one in listed:
        typer.echo(
            f"#{one.id:<5} {local(one.opened_at)}  {one.status:<6} tier {one.tier}  "
            f"{one.channel:<9} {one.subject}"
        )


def echo_ticket(page: TicketPage) -> None:
    """A ticket as a person reads it."""
    one = page.ticket
    typer.secho(f"#{one.id} {one.subject}", bold=True)
    typer.echo(f"{one.status}, tier {one.tier}, opened {local(one.opened_at)} from {one.channel}")
    typer.echo(f"\n{page.summary}")
    typer.secho("\nConversation", bold=True)
    for line in page.transcript:
        for earlier in line.earlier:
            typer.echo(f"{local(line.at)}  {line.name or line.author} (before editing): {earlier}")
        note = " (edited)" * bool(line.edited_at) + " (taken back)" * bool(line.deleted_at)
        typer.echo(f"{local(line.at)}  {line.name or line.author}{note}: {line.text}")
    typer.secho("\nEvents", bold=True)
    for event in page.events:
        typer.echo(
            f"{local(event.at)}  {event.actor}: {event.what}" + f" ({event.why})" * bool(event.why)
        )


def echo_trace(found: Trace) -> None:
    """The stations of a message, each with its time."""
    typer.secho(f"Message {found.message_id} ({found.channel} {found.external_id})", bold=True)
    stations = [
        ("sent", found.sent_at, ""),
        ("received", found.received_at, ""),
        ("taken up", found.taken_at, f"attempt {found.attempts}"),
        ("decided", found.done_at, f"{found.outcome}: {found.reason}"),
    ]
    for what, at, note in stations:
        typer.echo(f"  {what:<10} {local(at) if at else '-':<20} {note}".rstrip())
    for each in found.deliveries:
        typer.echo(
            f"  reply      {local(each.sent_at) if each.sent_at else '-':<20} {each.state}, {each.sort}, "
            f"attempts {each.attempts} {each.error}".rstrip()
        )
    for evidence in found.evidence:
        typer.echo(f"  because    {json.dumps(evidence, ensure_ascii=False)}")
    if found.ticket:
        typer.echo(f"  ticket     #{found.ticket}")


def local(at: datetime) -> str:
    """A time as the reader's clock shows it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"
