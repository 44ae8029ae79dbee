"""`firstline check` and `index`: is the content sound, and the index brought up to it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from config.wiring import Place
    from indexer.build import Plan


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(check)
    app.command()(index)


def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of Markdown to check instead of the desk's sources."),
    ] = None,
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Check all content: what is wrong where, and what to do. Exit code 1 if anything is.

    Without a folder, the settings and all sources of the desk are checked.
    """
    from config.wiring import open_place, sources
    from indexer.check import check as problems_of
    from indexer.sources import SOURCES

    chosen = (
        tuple(SOURCES["markdown"](folder) for folder in folders)
        if folders
        else sources(open_place(desk))
    )
    problems = problems_of(chosen)
    if as_json:
        keys = ("path", "line", "what", "do")
        typer.echo(json.dumps([{key: getattr(each, key) for key in keys} for each in problems]))
    else:
        for problem in problems:
            typer.echo(str(problem))
        sorts = [each.sort for source in chosen for each in source.read().articles]
        flows = f", {sorts.count('flow')} flows" if "flow" in sorts else ""
        typer.echo(f"{sorts.count('article')} articles{flows}, {len(problems) or 'no'} problems")
    raise typer.Exit(1 if problems else 0)


def index(
    desk: Desk = HERE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change and write nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: follow every edit until Ctrl-C.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring the index up to the articles; only what changed is embedded again.

    A running `firstline serve` does this by itself.
    """
    from config.wiring import open_place

    place = open_place(desk)
    if dry_run:
        show(planned(place), as_json, "Would be")
        return
    build_now(place, as_json)
    if watch:
        follow(place)


def planned(place: Place) -> Plan:
    """What a build would change."""
    from config.cli.progress import say
    from config.wiring import builds, embedder, sources
    from indexer.build import former_index, plan
    from indexer.sources import merged

    content = merged(source.read() for source in sources(place))
    for problem in content.problems:
        say(str(problem))
    return plan(
        content.articles,
        former_index(builds(place)),
        embedder=embedder(place, say).name,
        unread=content.unread,
    )


def build_now(place: Place, as_json: bool) -> None:
    """Build with a progress bar, and say what changed and how fast it went."""
    from config.cli.progress import bar, say
    from config.wiring import build_index, embedder

    model = embedder(place, say)
    began = time.perf_counter()
    with bar("Indexing") as count:
        work, built = build_index(place, model, say, count)
    show(work, as_json, "Index", built.version, time.perf_counter() - began)


def show(
    work: Plan, as_json: bool, title: str, version: str | None = None, seconds: float | None = None
) -> None:
    """A plan, done or to be done, for people or for scripts."""
    facts = {
        "index": version,
        "articles": len(work.articles),
        "entries": len(work.passages),
        "new": list(work.new),
        "changed": list(work.changed),
        "removed": list(work.removed),
        "embedded": work.to_embed,
        "seconds": seconds if seconds is None else round(seconds, 3),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    rate = f", {work.to_embed / seconds:.0f}/s" if seconds and work.to_embed else ""
    took = f" in {seconds:.1f} s{rate}" if seconds is not None else ""
    typer.echo(
        f"{title} {version or ''}: {len(work.articles)} articles ({len(work.new)} new, "
        f"{len(work.changed)} changed, {len(work.removed)} removed), "
        f"{work.to_embed} of {len(work.passages)} entries embedded{took}"
    )
    for sign, ids in (("+", work.new), ("~", work.changed), ("-", work.removed)):
        for id in ids[:20]:
            typer.echo(f"  {sign} {id}")
        if len(ids) > 20:
            typer.echo(f"  {sign} and {len(ids) - 20} more")


def follow(place: Place) -> None:
    """Follow the content until Ctrl-C."""
    from config.cli.progress import say
    from config.log import set_up_logging
    from config.wiring import embedder, follower, open_knowledge

    set_up_logging(place.settings.log.level, place.settings.log.format)
    model = embedder(place, say)
    say("Following the content; Ctrl-C stops.")
    follower(place, open_knowledge(place, model), model).run(threading.Event())
