"""`firstline ticket clock` and `ticket learn`: why a ticket is due when it is, and sorting by the past."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.sla import Clock
    from bot.sla_ledger import Entry
    from bot.ticket_clock import Explained
    from knowledge.categories import Learned

ticket = typer.Typer(
    help="Explain a ticket's clocks, and learn from past tickets.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(ticket, name="ticket")


@ticket.command()
def clock(
    number: Annotated[int, typer.Argument(help="The ticket's number.")],
    desk: Desk = HERE,
    zone: Annotated[
        str, typer.Option(help="Show times by the clock of this time zone.", show_default="UTC")
    ] = "UTC",
    as_json: Json = False,
) -> None:
    """Explain each due time of a ticket: which minutes counted, which did not, and why."""
    from bot.desk import open_for_reading
    from bot.ticket_clock import explained
    from config.team_rules import team
    from config.wiring import database_url, now, open_place

    there = zone_named(zone)
    place = open_place(desk)
    database = open_for_reading(database_url(place))
    try:
        found = explained(database, team(place.settings), number, now())
    finally:
        database.close()
    if found is None:
        typer.echo(f"There is no ticket #{number}. 'firstline tickets' lists them.", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps(in_json(found))) if as_json else echo_clocks(found, there)


@ticket.command()
def learn(
    desk: Desk = HERE,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="Examples, a JSON object a line: category and text."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how well it would go; keep nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Learn to sort new tickets, from solved ones (by their queue) or from a file of examples."""
    from config.cli.progress import bar, say
    from config.learning import learn_from
    from config.wiring import embedder, open_place

    place = open_place(desk)
    model = embedder(place, say)
    with bar("Reading") as count:
        found, unused = learn_from(place, model, file, count, keep=not dry_run)
    if as_json:
        kept = {**dataclasses.asdict(found), "without_rule": unused, "kept": not dry_run}
        typer.echo(json.dumps(kept))
        return
    echo_learned(found, dry_run)
    if unused:
        typer.echo(f"No routing rule names: {', '.join(unused)}. Add `categories` to [[routing]].")


def zone_named(name: str) -> tzinfo:
    """The time zone of that name. Ends the command when there is none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise typer.BadParameter(
            f"There is no time zone {name!r}. Write one like Europe/Berlin."
        ) from None


def echo_learned(found: Learned, dry_run: bool) -> None:
    """How well it went, as people read it."""
    for name, count in sorted(found.counts.items(), key=lambda pair: -pair[1]):
        typer.echo(f"{name:<30}{count:>7} examples")
    typer.echo(f"\n{found.accuracy:.0%} of the examples were put into their category.")
    if found.certain is None:
        typer.echo("Nothing is sure enough: all tickets are left to people.")
    else:
        typer.echo(
            f"Of those that are {found.certain:.0%} sure or more, {found.precision:.0%} were right; "
            f"they are {found.coverage:.0%} of all. The others are left to people."
        )
    if found.left_out:
        typer.echo(f"{found.left_out} examples of categories with too few of them were left out.")
    typer.echo(
        "Nothing was kept."
        if dry_run
        else "Kept; 'firstline serve' uses it from its next start on."
    )


def echo_clocks(found: Explained, zone: tzinfo) -> None:
    """Every clock with its book, as people read it."""
    if not found.clocks:
        typer.echo(f"Nothing is promised of ticket #{found.number}: no policy of [[sla]] fits it.")
        return
    typer.secho(f"Ticket #{found.number}, policy {found.policy}", bold=True)
    for one, book in found.clocks:
        typer.secho(f"\n{one.name.value.replace('_', ' ')}: {verdict(one, zone)}", bold=True)
        typer.echo(f"  promised {length(one.promised)}, started {local(one.started, zone)}")
        for entry in book:
            typer.echo(f"  {line(entry, zone)}")


def verdict(one: Clock, zone: tzinfo) -> str:
    """Where the clock stands, in a few words."""
    late = " (too late)" if one.breached else ""
    due = f"due {local(one.due, zone)}" if one.due else "not due while it is paused"
    if one.met_at is not None:
        return f"met {local(one.met_at, zone)}{late}; {due}"
    return f"{due}{', over' if one.breached else ''}"


def line(entry: Entry, zone: tzinfo) -> str:
    """One stretch: from when to when, how long, whether it counts, and the sum so far."""
    times = f"{local(entry.start, zone)} – {local(entry.end, zone)}  {length(entry.length):>9}"
    return f"{times}  {f'not counted: {entry.why}' if entry.why else f'counted, {length(entry.total)} so far'}"


def length(span: timedelta) -> str:
    """A length in hours and minutes, and seconds where there are some."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "m"), (seconds, "s")]
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def local(at: datetime, zone: tzinfo) -> str:
    """A moment by the clock of the zone, with its name, which tells the two hours of autumn apart."""
    there = at.astimezone(zone)
    seconds = ":%S" if there.second else ""
    return there.strftime(f"%a %Y-%m-%d %H:%M{seconds} %Z")


def in_json(found: Explained) -> dict[str, Any]:
    """The same for scripts: times in ISO 8601, lengths in seconds."""
    return {
        "ticket": found.number,
        "policy": found.policy,
        "clocks": [
            {
                "name": one.name.value,
                "promised_seconds": one.promised.total_seconds(),
                "counted_seconds": one.counted.total_seconds(),
                "started": one.started.isoformat(),
                "due": one.due.isoformat() if one.due else None,
                "warn_at": one.warn_at.isoformat() if one.warn_at else None,
                "met_at": one.met_at.isoformat() if one.met_at else None,
                "paused": one.paused,
                "breached": one.breached,
                "book": [
                    {
                        "start": entry.start.isoformat(),
                        "end": entry.end.isoformat(),
                        "not_counted": entry.why,
                        "total_seconds": entry.total.total_seconds(),
                    }
                    for entry in book
                ],
            }
            for one, book in found.clocks
        ],
    }
