"""`firstline evaluate`: how well questions are answered, measured on a folder of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from config.cli.options import Json


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(evaluate)


def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(help="Holds articles.jsonl or articles/, queries.jsonl, queries_oos.jsonl."),
    ],
    field: Annotated[
        Literal["text", "title"], typer.Option(help="Ask the whole question or its title only.")
    ] = "text",
    checked: Annotated[
        bool, typer.Option("--checked", help="Only questions that are marked as checked.")
    ] = False,
    desk: Annotated[
        Path | None,
        typer.Option(
            "--desk",
            "-d",
            help="Measure with the settings of this desk.",
            show_default="the defaults",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask every question of a folder as a user would, and measure what comes back.

    Builds an index of its own in a temporary folder; nothing is written into a desk.
    """
    from config.cli.progress import bar, say
    from config.evaluation import measure

    with bar("Indexing") as indexing, bar("Asking") as asking:
        found = measure(folder, field, checked, desk, say, indexing, asking)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        shown = "-" if value is None else f"{value:.3f}" if isinstance(value, float) else value
        typer.echo(f"{name:<22}{shown}")
