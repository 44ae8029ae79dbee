"""`firstline stats`: how the desk does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.figures import Figures, Group


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(stats)


def stats(
    desk: Desk = HERE,
    start: Annotated[str, typer.Option("--from", help="First day, such as 2026-11-01.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last day; today when left out.")] = "",
    tier: Annotated[int, typer.Option(help="Only this tier's tickets.", min=0)] = 0,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")] = False,
) -> None:
    """How the desk does: tickets, times, promises, satisfaction, and how many needed no person."""
    from bot.desk import open_for_reading
    from bot.figure_pages import FigurePages, NoPeriod, in_csv, in_json
    from config.hours import desk_zone
    from config.wiring import database_url, open_place

    place = open_place(desk)
    zone = desk_zone(place.settings.desk)
    database = open_for_reading(database_url(place))
    try:
        found = FigurePages(database, zone).of(start, end, tier)
    except NoPeriod as refused:
        raise typer.BadParameter(str(refused)) from None
    finally:
        database.close()
    if as_json:
        typer.echo(json.dumps(in_json(found)))
    elif as_csv:
        typer.echo(in_csv(found), nl=False)
    else:
        echo(found)


def echo(found: Figures) -> None:
    """The figures as people read them."""
    typer.secho(f"{found.start} to {found.end}", bold=True)
    echo_group(found.total)
    flown = found.deflection
    typer.echo(
        f"{flown.conversations} conversations: {flown.no_person} needed no person, "
        f"{flown.confirmed} of them confirmed as solved"
    )
    for title, counts in (
        ("Backlog by age", found.backlog),
        ("Promises broken", found.breaches),
        ("Handed off because", found.reasons),
        ("Scores", found.scores),
        ("Solved with an article", found.articles),
    ):
        if any(counts.values()):
            typer.secho(f"\n{title}", bold=True)
            for name, count in counts.items():
                typer.echo(f"{count:>7}  {name}")
    for name, group in (*found.by_tier.items(), *found.by_agent.items()):
        typer.secho(f"\n{name}", bold=True)
        echo_group(group)


def echo_group(group: Group) -> None:
    """One group's figures in three lines."""
    typer.echo(
        f"{group.opened} opened, {group.solved} solved, {group.active} active, "
        f"{group.unanswered} without a reply, {group.reopened} reopened, {group.breached} late"
    )
    typer.echo(
        f"first response: median {length(group.first_response_median)}, "
        f"9 of 10 within {length(group.first_response_p90)}; "
        f"resolution: median {length(group.resolution_median)}, "
        f"9 of 10 within {length(group.resolution_p90)}"
    )
    if group.asked:
        mean = "–" if group.satisfaction is None else group.satisfaction
        typer.echo(f"satisfaction: {mean} of 5, {group.rated} of {group.asked} asked said it")


def length(minutes: float | None) -> str:
    """Minutes as people say them."""
    if minutes is None:
        return "–"
    if minutes < 60:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"
