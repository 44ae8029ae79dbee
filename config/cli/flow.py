"""`firstline flow show|try|paths|test|stats`: looking at flows, playing and testing them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.flow_walk import Ears
    from knowledge.flows.flow import Flow

flow = typer.Typer(help="Look at troubleshooting flows, play and test them.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The flow's id.")]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", "-f", help="A folder of flows instead of the desk's."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(flow, name="flow")


@flow.command("list")
def list_flows(desk: Desk = HERE, folder: Folder = None) -> None:
    """The flows with their titles."""
    for each in read(desk, folder).values():
        typer.echo(f"{each.id}  {each.title}  ({len(each.steps)} steps, version {each.version})")


@flow.command()
def show(
    id: Id,
    desk: Desk = HERE,
    folder: Folder = None,
    svg: Annotated[bool, typer.Option("--svg", help="As an SVG image, not as Mermaid.")] = False,
    counts: Annotated[
        bool, typer.Option("--counts", help="With how many people went each way (with --svg).")
    ] = False,
) -> None:
    """Draw a flow: Mermaid text, or an SVG image to redirect to a file."""
    from knowledge.flows import drawing

    found = named(read(desk, folder), id)
    if not svg:
        typer.echo(drawing.mermaid(found), nl=False)
        return
    typer.echo(drawing.svg(found, counted(desk, id) if counts else None), nl=False)


@flow.command()
def paths(id: Id, desk: Desk = HERE, folder: Folder = None) -> None:
    """List every path through a flow, from its first step to an end."""
    from knowledge.flows.graph import paths as all_paths

    found = named(read(desk, folder), id)
    every = list(all_paths(found))
    for path in every:
        typer.echo(f"{path} {'…' if path.round else ''}".rstrip())
    typer.echo(f"{len(every)} paths")


@flow.command("try")
def play(id: Id, desk: Desk = HERE, folder: Folder = None) -> None:
    """Play a flow at the terminal. Nothing is kept, and no action is run: you say how it ends."""
    from config.cli.flow_play import play_at_terminal

    flows = read(desk, folder)
    play_at_terminal(flows, named(flows, id), ears(desk, folder))


@flow.command("test")
def play_dialogs(
    desk: Desk = HERE,
    folder: Folder = None,
    as_json: Json = False,
    all_covered: Annotated[
        bool, typer.Option("--all-covered", help="Exit code 1 also when a way was not taken.")
    ] = False,
) -> None:
    """Play the dialogs in `tests/*.md` beside the flows; say which ways no dialog takes."""
    from config.flows import run_dialogs

    flows = read(desk, folder)
    problems, open_ways, played = run_dialogs(folders(desk, folder), flows, ears(desk, folder))
    if as_json:
        wrong = [str(problem) for problem in problems]
        typer.echo(json.dumps({"dialogs": played, "problems": wrong, "uncovered": open_ways}))
    else:
        for line in [*map(str, problems), *open_ways]:
            typer.echo(line)
        typer.echo(f"{played} dialogs, {len(problems)} problems, {len(open_ways)} ways not taken")
    raise typer.Exit(1 if problems or (all_covered and open_ways) else 0)


@flow.command()
def stats(id: Id, desk: Desk = HERE, as_json: Json = False) -> None:
    """How a flow does: started, solved, left and handed off at which step, and how long it takes."""
    from bot.desk import open_for_reading
    from bot.flow_stats import flow_stats, lines
    from config.wiring import database_url, open_place

    database = open_for_reading(database_url(open_place(desk)))
    try:
        found = flow_stats(database, id)
    finally:
        database.close()
    typer.echo(json.dumps(found) if as_json else "\n".join(lines(found)))


def folders(desk: Path, folder: Path | None) -> list[Path]:
    """Where the flows are."""
    from config.flows import flow_folders
    from config.wiring import open_place

    return [folder] if folder else flow_folders(open_place(desk))


def read(desk: Path, folder: Path | None) -> dict[str, Flow]:
    """The flows; what is wrong with them is said, and ends the command."""
    from config.flows import flow_shelf

    flows, problems = flow_shelf(folders(desk, folder))
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)
    return flows


def named(flows: dict[str, Flow], id: str) -> Flow:
    """The flow of that id. Ends the command when there is none."""
    if id not in flows:
        known = ", ".join(sorted(flows)) or "none: add a source of kind `flows` to the settings"
        raise typer.BadParameter(f"There is no flow {id!r}. There are: {known}.")
    return flows[id]


def ears(desk: Path, folder: Path | None) -> Ears:
    """Ears with the desk's model; with words alone for a folder without a desk."""
    from bot.flow_ears import FlowEars
    from bot.wording import load_wording
    from config.cli.progress import say
    from config.wiring import embedder, open_place

    if folder:
        return FlowEars(load_wording("en").flow_phrasings(), None)
    place = open_place(desk)
    wording = load_wording(place.settings.desk.language)
    certain = place.settings.flows.certainty
    return FlowEars(wording.flow_phrasings(), embedder(place, say), certain=certain)


def counted(desk: Path, id: str) -> dict[tuple[str, str], int]:
    """How many people went each way, and how many left where."""
    from bot.desk import open_for_reading
    from bot.flow_stats import counts
    from config.wiring import database_url, open_place

    database = open_for_reading(database_url(open_place(desk)))
    try:
        return counts(database, id)
    finally:
        database.close()
